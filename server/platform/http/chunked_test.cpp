#include "platform/http/chunked.h"

#include <gtest/gtest.h>
#include <string>

namespace tenon::http {
namespace {

using Status = ChunkedDecoder::Status;

struct Outcome {
    Status status = Status::need_more;
    std::string data;
    std::size_t consumed = 0;
    std::string trailers;
};

// Feeds `text` in pieces of `piece` bytes.
Outcome decode(std::string text, std::size_t piece) {
    ChunkedDecoder decoder;
    Outcome outcome;
    while (outcome.consumed < text.size()) {
        const std::size_t size = std::min(piece, text.size() - outcome.consumed);
        const auto step = decoder.decode(std::span(text).subspan(outcome.consumed, size));
        outcome.data += step.data;
        outcome.consumed += step.consumed;
        outcome.status = step.status;
        if (step.status != Status::need_more) break;
        EXPECT_EQ(step.consumed, size);
    }
    outcome.trailers = decoder.trailers();
    return outcome;
}

TEST(Chunked, DecodesInPiecesOfEverySize) {
    const std::string body =
        "5\r\nhello\r\n1;name=value\r\n \r\nA;x=\"q;\"\r\n0123456789\r\n000\r\nX-Sum: 1\r\nY: "
        "\r\n\r\nNEXT";
    for (std::size_t piece = 1; piece <= body.size(); ++piece) {
        const Outcome outcome = decode(body, piece);
        EXPECT_EQ(outcome.status, Status::done) << piece;
        EXPECT_EQ(outcome.data, "hello 0123456789");
        EXPECT_EQ(outcome.consumed, body.size() - 4);
        EXPECT_EQ(outcome.trailers, "X-Sum: 1\r\nY: \r\n");
    }
}

TEST(Chunked, RefusesEveryBadShape) {
    const std::string refused[] = {
        "\r\n",
        " 5\r\nhello\r\n0\r\n\r\n",
        "5 \r\nhello\r\n0\r\n\r\n",
        "5 ;x\r\nhello\r\n0\r\n\r\n",
        "+5\r\nhello\r\n0\r\n\r\n",
        "-5\r\nhello\r\n0\r\n\r\n",
        "0x5\r\nhello\r\n0\r\n\r\n",
        "5h\r\nhello\r\n",
        "g\r\n",
        ";x\r\n",
        "5\nhello\r\n0\r\n\r\n",
        "5\rhello\r\n0\r\n\r\n",
        "5\r\r\nhello\r\n",
        "5;a\nhello\r\n0\r\n\r\n",
        "5;a\rb\r\nhello\r\n",
        "5;\x01\r\nhello\r\n",
        "5\r\nhello0\r\n\r\n",
        "5\r\nhello\n0\r\n\r\n",
        "5\r\nhello\r0\r\n\r\n",
        "5\r\nhello!\r\n0\r\n\r\n",
        "5\r\nhello\r\n\r\n",
        "1000000000000000\r\n",
        "00000000000000001\r\n",
        "ffffffffffffffffff\r\n",
        "5,\r\nhello\r\n",
        "5.0\r\nhello\r\n",
        "0\r\nno colon\r\n\r\n",
        "0\r\n folded: x\r\n\r\n",
        "0\r\nX : y\r\n\r\n",
        "0\r\nX: y\n\r\n",
        "0\r\nX: \x01\r\n\r\n",
        "0\r\n: y\r\n\r\n",
        "0\r\n\n",
        "0\n\r\n",
        "5;" + std::string(5'000, 'x') + "\r\nhello\r\n",
        "0\r\nX: " + std::string(9'000, 'x') + "\r\n\r\n",
        std::string("5\r\nhello\r\n0\r\nX: \0\r\n\r\n", 22),
    };
    for (const std::string& text : refused) {
        EXPECT_EQ(decode(text, text.size()).status, Status::refused) << text;
        EXPECT_EQ(decode(text, 1).status, Status::refused) << text;
    }
}

TEST(Chunked, ManySmallExtensionsCountTogether) {
    std::string text;
    for (int i = 0; i < 2'000; ++i) text += "1;abcd\r\nx\r\n";
    EXPECT_EQ(decode(text, 1'000).status, Status::refused);
}

TEST(Chunked, WritesSizes) {
    EXPECT_EQ(ChunkHead(0).view(), "0\r\n");
    EXPECT_EQ(ChunkHead(10).view(), "a\r\n");
    EXPECT_EQ(ChunkHead(0x1A2B).view(), "1a2b\r\n");
    EXPECT_EQ(ChunkHead(~std::size_t{0}).view(), "ffffffffffffffff\r\n");
}

}  // namespace
}  // namespace tenon::http
