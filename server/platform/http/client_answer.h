// A provider's answer on its way to the client as pieces of HTTP/1.1: its head, then the body in
// the framing that this client gets. For providers spoken to over HTTP/2; relay_answer.cpp does the
// same where both sides frame alike.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

#include "platform/http/relay.h"
#include "platform/http/server_connection.h"

namespace tenon::http {

class ClientAnswer {
 public:
    // All outlive it.
    ClientAnswer(Exchange& exchange, RelayObserver& observer)
        : exchange_(exchange), client_(exchange.connection()), observer_(observer) {}

    // Writes the head of the answer; it goes out with the first piece.
    void begin(const ResponseHead& from, const AnswerDecision& decision);
    // The next gather write: the head (once), `data`, and the end when this is it. `trailers` are
    // field lines. Empty when there is nothing to write.
    std::span<iovec> gather(std::string_view data, bool is_last, std::string_view trailers);
    // Body bytes of the last gather().
    std::size_t gathered_bytes() const { return body_bytes_; }

 private:
    ServerConnection::HeadOptions framing(const ResponseHead& from) const;
    void add(std::string_view bytes);
    void add_body(std::string_view data, bool is_last, std::string_view trailers);
    std::string_view last_chunk(std::string_view trailers);

    Exchange& exchange_;
    ServerConnection& client_;
    RelayObserver& observer_;
    AnswerDecision decision_;
    bool head_gathered_ = false;
    bool prefix_gathered_ = false;
    std::string trailers_;
    ChunkHead chunk_head_{0};
    std::array<iovec, 7> parts_{};  // head, chunk size, prefix, data, suffix, chunk end, last chunk
    std::size_t part_count_ = 0;
    std::size_t body_bytes_ = 0;
};

}  // namespace tenon::http
