// Owning pointers for OpenSSL objects and the casts its byte pointers need. For the .cpp files of
// platform/crypto.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace tenon {

template <auto free_function>
struct OpenSslFree {
    template <class T>
    void operator()(T* object) const {
        free_function(object);
    }
};

template <class T, auto free_function>
using OpenSslHandle = std::unique_ptr<T, OpenSslFree<free_function>>;

inline const unsigned char* to_bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
inline unsigned char* to_bytes(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

}  // namespace tenon
