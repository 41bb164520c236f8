// Lets a command of this machine ask the server that owns the data folder: one line in, one line
// out, over a Unix socket in that folder (mode 0600). Whoever may open it may read the key file and
// the database as well, so it grants nothing new. Only for SQLite, where one process owns the
// database; PostgreSQL is open to commands beside its servers.
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "base/result.h"

namespace tenon {

class ControlSocket {
 public:
    static constexpr std::size_t kLineBytesMax = 4'096;

    // Runs on the socket's own thread, one request after the other.
    using Handler = std::function<std::string(const std::string& line)>;

    // Replaces a socket that a former process left. Errors: unavailable "control.socket".
    static Result<std::unique_ptr<ControlSocket>> listen(const std::filesystem::path& folder,
                                                         Handler handler);
    // Waits for the request that runs, and removes the socket.
    ~ControlSocket();
    ControlSocket(const ControlSocket&) = delete;
    ControlSocket& operator=(const ControlSocket&) = delete;

 private:
    ControlSocket(std::filesystem::path path, int listener, int wake, Handler handler);
    void run();
    void serve_one(int client);

    const std::filesystem::path path_;
    const int listener_;
    const int wake_;  // an eventfd: written once, to end the thread
    const Handler handler_;
    std::thread thread_;
};

// Asks the server of that data folder. Errors: unavailable "control.socket" when none answers in
// `time_limit`.
Result<std::string> ask_control_socket(const std::filesystem::path& folder, const std::string& line,
                                       std::chrono::seconds time_limit);

}  // namespace tenon
