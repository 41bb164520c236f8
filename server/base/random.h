// Randomness from the kernel (getrandom), safe after fork and after a virtual machine is restored.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace tenon {

// Fills the whole span; ends the process if the kernel refuses, since nothing safe can follow.
void fill_random(std::span<std::uint8_t> out);

// `bytes` random bytes in base64url without padding; 16 bytes are 128 bits of entropy in 22
// characters.
std::string random_token(std::size_t bytes);

}  // namespace tenon
