// Device ids as callers write them: Spotlight and Discover join them to the customer's id.
#ifndef FALCON_BASE_DEVICE_ID_H_
#define FALCON_BASE_DEVICE_ID_H_

#include <string>
#include <string_view>

namespace falcon {

// So many hexadecimal digits, and nothing else.
bool IsHex(std::string_view text, size_t digits);

// 32 hexadecimal digits in any case, or `<cid>_<device id>` of twice as many.
bool IsDeviceId(std::string_view text);

// The device's own part in lower case, as Falcon's calls take it. Other text: in lower case.
std::string DeviceId(std::string_view text);

}  // namespace falcon

#endif  // FALCON_BASE_DEVICE_ID_H_
