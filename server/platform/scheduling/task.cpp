#include "platform/scheduling/task.h"

#include <array>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <vector>

namespace tenon::detail {
namespace {

// Frames up to this size are kept for reuse, in classes of 128 bytes. AddressSanitizer must see
// each frame's own life, so nothing is kept when it watches.
constexpr std::size_t kClassBytes = 128;
constexpr std::size_t kClasses = 32;
constexpr std::size_t kKeptPerClassMax = 256;
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kRecycle = false;
#else
constexpr bool kRecycle = true;
#endif
#else
constexpr bool kRecycle = true;
#endif

struct FrameCache {
    std::array<std::vector<void*>, kClasses> kept;
    ~FrameCache() {
        for (auto& list : kept) {
            for (void* frame : list) ::operator delete(frame);
            list.clear();
            list.shrink_to_fit();
        }
    }
};

FrameCache& frame_cache() {
    thread_local FrameCache cache;
    return cache;
}

std::size_t class_of(std::size_t bytes) { return (bytes + kClassBytes - 1) / kClassBytes; }

}  // namespace

void* allocate_frame(std::size_t bytes) {
    const std::size_t size_class = class_of(bytes);
    if (!kRecycle || size_class >= kClasses) return ::operator new(bytes);
    auto& kept = frame_cache().kept[size_class];
    if (kept.empty()) return ::operator new(size_class * kClassBytes);
    void* frame = kept.back();
    kept.pop_back();
    return frame;
}

void free_frame(void* frame, std::size_t bytes) noexcept {
    const std::size_t size_class = class_of(bytes);
    if (kRecycle && size_class < kClasses) {
        auto& kept = frame_cache().kept[size_class];
        if (kept.size() < kKeptPerClassMax) {
            kept.push_back(frame);
            return;
        }
    }
    ::operator delete(frame);
}

}  // namespace tenon::detail
