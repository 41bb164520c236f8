// A bounded pool of threads for work that would block an event loop: database calls, password
// hashing, files.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>

#include "platform/scheduling/event_loop.h"

namespace tenon {

class BlockingPool {
 public:
    struct Options {
        std::string name = "blocking";
        int threads = 2;
        std::size_t queue_max = 1024;  // more waiting jobs than this are refused with `unavailable`
    };
    explicit BlockingPool(Options options);
    ~BlockingPool();  // finishes what is queued
    BlockingPool(const BlockingPool&) = delete;
    BlockingPool& operator=(const BlockingPool&) = delete;

    // False when the queue is full; `job` is then not run.
    bool submit(std::function<void()> job);

    // Runs `fn` (returning Result<T>) on a pool thread and resumes the caller on its own loop.
    template <class Fn>
    Task<std::invoke_result_t<Fn>> run(Fn fn) {
        std::optional<std::invoke_result_t<Fn>> result;
        OneShot done;
        // `fn`, `result` and `done` live in this frame, which waits for the job.
        const bool accepted = submit([&fn, &result, &done] {
            result.emplace(fn());
            done.set();
        });
        if (!accepted) {
            co_return Error{ErrorKind::unavailable, "overloaded",
                            "Too much work is waiting; try again shortly."};
        }
        co_await done;
        co_return std::move(*result);
    }

 private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tenon
