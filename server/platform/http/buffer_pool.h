// Input buffers of connections. Blocks of 16 KB are pooled per thread, so an idle connection holds
// none and a busy one never visits the heap.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

namespace tenon::http {

// A growable input buffer: bytes are committed at the end and consumed at the front. Moves with its
// block; holds no block until one is asked for. Used on one thread only.
class Buffer {
 public:
    static constexpr std::size_t kBlockBytes = 16'384;

    Buffer() = default;
    Buffer(Buffer&& other) noexcept { swap(other); }
    Buffer& operator=(Buffer&& other) noexcept {
        Buffer taken(std::move(other));
        swap(taken);
        return *this;
    }
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    ~Buffer() { release(); }

    bool has_block() const { return block_ != nullptr; }
    bool empty() const { return begin_ == end_; }
    std::size_t size() const { return end_ - begin_; }
    std::size_t capacity() const { return capacity_; }
    char* data() { return block_ + begin_; }
    std::string_view readable() const { return {block_ + begin_, end_ - begin_}; }
    std::span<char> readable_bytes() { return {block_ + begin_, end_ - begin_}; }

    void consume(std::size_t bytes) {
        begin_ += bytes;
        if (begin_ == end_) begin_ = end_ = 0;
    }
    // Forgets the last `bytes` readable bytes.
    void drop_tail(std::size_t bytes) { end_ -= bytes; }

    // Free space behind the readable bytes; takes a block first when there is none. Empty when the
    // block is full.
    std::span<char> writable() {
        if (block_ == nullptr) take_block();
        return {block_ + end_, capacity_ - end_};
    }
    void commit(std::size_t bytes) { end_ += bytes; }
    // Moves the readable bytes to the front, so that the free space is one piece. Invalidates
    // views.
    void compact();
    // Grows to at least `capacity` bytes in all, keeping what is readable. Invalidates views.
    void grow(std::size_t capacity);
    // Gives the block back and forgets what was readable.
    void release();

    void swap(Buffer& other) noexcept {
        std::swap(block_, other.block_);
        std::swap(capacity_, other.capacity_);
        std::swap(begin_, other.begin_);
        std::swap(end_, other.end_);
    }

 private:
    void take_block();

    char* block_ = nullptr;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace tenon::http
