// relay() of relay.h for a call over HTTP/2: both directions at the same time in constant memory,
// an early answer ends the sending, limits and outcomes have the same names.
#pragma once

#include "platform/http/http2_session.h"
#include "platform/http/relay.h"

namespace tenon::http {

// The arguments and what `plan` points at outlive the task; `outcome` comes in fresh. Errors in the
// outcome: as relay(). outcome.refused tells that the provider did not process the request.
Task<void> relay_http2(Exchange& exchange, Http2Lease& upstream, const RelayPlan& plan,
                       RelayObserver& observer, RelayOutcome& outcome);

}  // namespace tenon::http
