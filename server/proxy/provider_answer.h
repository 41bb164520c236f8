// What becomes of the provider's answer. Raw: everything as it came. Wrapped (the default): JSON of
// a 2xx goes out as
// {"output": …} with its bytes untouched, an error status becomes Tenon's envelope with
// meta.isIntegrationError, and everything else passes as it came.
#pragma once

#include "integrations/integration.h"
#include "platform/http/relay.h"
#include "proxy/forwarded_headers.h"

namespace tenon {

// What the caller still can do when the provider refuses.
struct AnswerChances {
    bool refresh_on_401 = false;  // the credential has not been refreshed for this call yet
    bool retry_on_busy = false;   // 429, 502, 503 and 504 may be tried again
    const RetryRule* retry_rule = nullptr;  // and its statuses; outlives the answer
};

class ProviderAnswer final : public http::RelayObserver {
 public:
    ProviderAnswer(ResponseMode mode, AnswerChances chances) : mode_(mode), chances_(chances) {}

    http::AnswerDecision on_answer(const http::ResponseHead& head) override;
    bool keeps_field(const http::HeaderField& field) override;

 private:
    ResponseMode mode_;
    AnswerChances chances_;
    bool replaces_content_type_ = false;
};

bool is_busy_status(int status);  // 429, 502, 503, 504

// An answer that was taken over and is final: raw as it came, or as the envelope. `provider` is the
// integration's name, for the message.
http::Response taken_answer_response(const http::TakenAnswer& taken, ResponseMode mode,
                                     std::string_view provider);

// Fields that every relayed answer carries, as "Name: value\r\n" lines: what keeps provider content
// from ever running as Tenon's own origin.
std::string_view proxy_answer_fields();

}  // namespace tenon
