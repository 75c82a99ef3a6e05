// The list of products.
#include "simulator/data/product.h"

#include <array>

namespace falcon::simulator {
namespace {

constexpr uint8_t kWin = Product::kWindows;
constexpr uint8_t kLin = Product::kLinux;
constexpr uint8_t kMacs = Product::kMac;
constexpr uint8_t kAll = kWin | kLin | kMacs;

constexpr auto kProducts = std::to_array<Product>({
    {"Microsoft", "Windows", "", kWin, "ntoskrnl.exe"},
    {"Apache", "Log4j", "2.14.1", kWin | kLin, "log4j-core-2.14.1.jar"},
    {"PHP", "PHP", "8.1.28", kWin, "php-cgi.exe", 443, "https"},
    {"Apache", "ActiveMQ", "5.17.5", kWin | kLin, "activemq-client-5.17.5.jar", 61616, "openwire"},
    {"Microsoft", "Office", "16.0.10396", kWin | kMacs, "outlook.exe"},
    {"Google", "Chrome", "120.0.6099.109", kAll, "chrome.exe"},
    {"Microsoft", "Edge", "119.0.2151.72", kWin, "msedge.exe"},
    {"Mozilla", "Firefox", "115.5.0", kAll, "firefox.exe"},
    {"Adobe", "Acrobat Reader", "23.006.20360", kWin | kMacs, "AcroRd32.exe"},
    {"Oracle", "Java SE", "8u381", kWin | kLin, "java.exe"},
    {"Microsoft", "SQL Server", "15.0.4322.2", kWin, "sqlservr.exe", 1433, "ms-sql"},
    {"Microsoft", ".NET", "6.0.22", kWin, "dotnet.exe"},
    {"7-Zip", "7-Zip", "22.01", kWin, "7z.exe"},
    {"Zoom", "Zoom Workplace", "5.15.2", kWin | kMacs, "zoom.exe"},
    {"Linux", "Linux kernel", "", kLin, "vmlinuz"},
    {"OpenSSL", "OpenSSL", "3.0.2", kLin, "libssl.so.3"},
    {"OpenBSD", "OpenSSH", "8.9p1", kLin, "sshd", 22, "ssh"},
    {"GNU", "glibc", "2.35", kLin, "libc.so.6"},
    {"haxx", "curl", "7.81.0", kLin | kMacs, "curl"},
    {"Sudo Project", "sudo", "1.9.9", kLin | kMacs, "sudo"},
    {"F5", "nginx", "1.18.0", kLin, "nginx", 443, "https"},
    {"Apache", "HTTP Server", "2.4.52", kLin, "httpd", 80, "http"},
    {"Python", "Python", "3.10.6", kLin | kMacs, "python3"},
    {"PostgreSQL", "PostgreSQL", "14.9", kLin, "postgres", 5432, "postgresql"},
    {"Apple", "macOS", "", kMacs, "kernel"},
    {"Apple", "Safari", "17.1", kMacs, "Safari"},
});

}  // namespace

bool Product::RunsOn(Platform platform) const {
  switch (platform) {
    case Platform::kWindows:
      return (platforms & kWindows) != 0;
    case Platform::kLinux:
      return (platforms & kLinux) != 0;
    case Platform::kMac:
      break;
  }
  return (platforms & kMac) != 0;
}

std::span<const Product> Products() { return kProducts; }

}  // namespace falcon::simulator
