#include "platform/http/buffer_pool.h"

#include <cstring>
#include <new>
#include <vector>

namespace tenon::http {
namespace {

// More than this many free blocks of a thread go back to the heap: 2 MB.
constexpr std::size_t kKeptBlocksMax = 128;

// Blocks are kept for reuse only without AddressSanitizer, which must see the life of each.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr bool kRecycle = false;
#else
constexpr bool kRecycle = true;
#endif
#else
constexpr bool kRecycle = true;
#endif

struct FreeBlocks {
    std::vector<char*> blocks;
    ~FreeBlocks() {
        for (char* block : blocks) ::operator delete(block);
    }
};

FreeBlocks& free_blocks() {
    thread_local FreeBlocks free;
    return free;
}

char* take(std::size_t bytes) {
    auto& blocks = free_blocks().blocks;
    if (bytes != Buffer::kBlockBytes || blocks.empty()) {
        return static_cast<char*>(::operator new(bytes));
    }
    char* block = blocks.back();
    blocks.pop_back();
    return block;
}

void give_back(char* block, std::size_t bytes) {
    auto& blocks = free_blocks().blocks;
    if (kRecycle && bytes == Buffer::kBlockBytes && blocks.size() < kKeptBlocksMax) {
        blocks.push_back(block);
    } else {
        ::operator delete(block);
    }
}

}  // namespace

void Buffer::take_block() {
    block_ = take(kBlockBytes);
    capacity_ = kBlockBytes;
}

void Buffer::compact() {
    if (begin_ == 0) return;
    std::memmove(block_, block_ + begin_, size());
    end_ -= begin_;
    begin_ = 0;
}

void Buffer::grow(std::size_t capacity) {
    if (capacity <= capacity_) {
        compact();
        return;
    }
    Buffer larger;
    larger.block_ = take(capacity);
    larger.capacity_ = capacity;
    if (!empty()) std::memcpy(larger.block_, data(), size());
    larger.end_ = size();
    swap(larger);
}

void Buffer::release() {
    if (block_ == nullptr) return;
    give_back(block_, capacity_);
    block_ = nullptr;
    capacity_ = begin_ = end_ = 0;
}

}  // namespace tenon::http
