// Addresses and domain names: their one form, and whether they mean anything outside one's own
// network.
#ifndef FALCON_REPUTATION_NETWORK_NAME_H_
#define FALCON_REPUTATION_NETWORK_NAME_H_

#include <optional>
#include <string>
#include <string_view>

namespace falcon::reputation {

// The address as the system writes it; nullopt: `text` is none.
std::optional<std::string> Ipv4(std::string_view text);
std::optional<std::string> Ipv6(std::string_view text);

// Private, loopback, link-local, site-local, unspecified or shared (RFC 1918, 4193, 4291, 6598),
// also as an IPv4 address inside an IPv6 one, by any of the ways to embed it. `address` is valid. Ranges for documentation are not meant:
// reports use them.
bool IsPrivateAddress(std::string_view address);

// In lower case, without the dot at the end; nullopt: `text` is no domain name in ASCII with at
// least one dot. A name that browsers read as an IPv4 address is none.
std::optional<std::string> Domain(std::string_view text);

// Below a name that ends at one's own network, such as .local. `domain` is as Domain returns it.
bool IsLocalName(std::string_view domain);

}  // namespace falcon::reputation

#endif  // FALCON_REPUTATION_NETWORK_NAME_H_
