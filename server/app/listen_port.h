// With port 0 the public URL has to be known before the server listens, since services put it into
// redirect URLs. So the port is chosen first and kept by a bound socket that never listens, until
// the workers have theirs.
#pragma once

#include "app/config.h"

namespace tenon {

class ListenPort {
 public:
    // Fills config.listen.port, and config.public_url when that was derived from it. Errors:
    // invalid_input "server.address"; conflict "server.address_in_use".
    static Result<ListenPort> reserve(Config& config);
    ListenPort(ListenPort&& other) noexcept;
    ListenPort& operator=(ListenPort&&) = delete;
    ~ListenPort();

 private:
    explicit ListenPort(int descriptor) : descriptor_(descriptor) {}
    int descriptor_;
};

}  // namespace tenon
