// The inside of relay(): what one relayed exchange knows while it runs. For relay*.cpp only.
#pragma once

#include <array>
#include <memory>
#include <string>

#include "platform/http/body_reader.h"
#include "platform/http/relay.h"
#include "platform/http/server_connection.h"
#include "platform/scheduling/event_loop.h"

namespace tenon::http {

// The large parts, kept for reuse by each thread.
struct RelayParts {
    ResponseHead head;
    BodyReader body;
    Buffer in;            // bytes of the answer
    std::string framing;  // the last fields of the request and the empty line

    static std::unique_ptr<RelayParts> take();
    static void give_back(std::unique_ptr<RelayParts> parts);
};

bool method_expects_body(std::string_view method);
// Trailer fields that could change framing, routing or authentication if a reader merged them into
// the head.
bool is_unsafe_trailer(std::string_view name);
// Those the server adds itself for operations that have CORS.
bool is_cors_field(const HeaderField& field);
void append_length(std::string& out, std::uint64_t length);

class Relay {
 public:
    Relay(Exchange& exchange, Stream& upstream, const RelayPlan& plan, RelayObserver& observer,
          RelayOutcome& outcome);
    ~Relay();
    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;

 private:
    friend Task<void> relay(Exchange& exchange, Stream& upstream, const RelayPlan& plan,
                            RelayObserver& observer, RelayOutcome& outcome);
    enum class HeadStep : std::uint8_t { complete, interim, need_more, refused, switched };

    // relay.cpp
    void arm_total_deadline();
    void prepare_request();
    void begin_waiting();
    void end_upload();
    std::span<iovec> request_parts();
    Task<void> upload();
    void on_body_failed(const Error& error);
    void stop_upload();
    void on_client_gone();
    void update_deadline();
    void fail_upstream(Error error);
    void fail_client(Error error);
    void finish();

    // relay_tunnel.cpp
    bool is_wanted_switch(const Refusal& refusal) const;
    Task<void> tunnel();

    // relay_answer.cpp
    // True when a final head is here; false when the relay has failed, or has become a tunnel that
    // ended.
    Task<bool> read_answer_head();
    HeadStep parse_answer_head();
    void make_room_for_head();
    Task<bool> forward_interim();
    Task<void> deliver_answer();
    Task<void> take_over();
    Task<bool> read_more();
    void begin_client_head();
    ServerConnection::HeadOptions client_framing() const;
    // Collects the next gather write towards the client: the head (once), a piece of the body, the
    // end when it is here.
    enum class Step : std::uint8_t { write, read, failed };
    Step prepare_write();
    void add_part(std::string_view bytes);
    void add_body_parts(std::string_view data);
    std::string_view last_chunk();
    std::span<iovec> answer_parts() { return std::span(answer_parts_).first(answer_part_count_); }
    void after_write();

    Exchange& exchange_;
    ServerConnection& client_;
    Stream& upstream_;
    const RelayPlan& plan_;
    RelayObserver& observer_;
    RelayOutcome& outcome_;
    std::unique_ptr<RelayParts> parts_;

    // request
    std::string_view first_body_;
    std::array<iovec, 3> write_parts_{};
    bool streams_body_ = false;
    bool chunked_up_ = false;
    bool uploading_ = false;
    bool upload_writing_ = false;
    bool upload_complete_ = false;
    bool client_left_ = false;
    bool upload_stopped_ = false;
    std::optional<OneShot> upload_ended_;  // set while an upload runs

    // answer
    AnswerDecision decision_;
    int interim_heads_ = 0;
    bool in_answer_body_ = false;
    bool answer_done_ = false;
    bool head_written_ = false;
    bool prefix_written_ = false;
    bool filled_ = false;  // the last read filled the buffer
    std::string trailers_;
    ChunkHead chunk_head_{0};
    // head, chunk size, prefix, data, suffix, chunk end, last chunk
    std::array<iovec, 7> answer_parts_{};
    std::size_t answer_part_count_ = 0;
    std::size_t body_bytes_in_write_ = 0;
};

}  // namespace tenon::http
