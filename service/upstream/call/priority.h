// Priority: interactive calls go before exports.
#ifndef FALCON_UPSTREAM_CALL_PRIORITY_H_
#define FALCON_UPSTREAM_CALL_PRIORITY_H_

namespace falcon::upstream {

enum class Priority { kInteractive, kExport };

}  // namespace falcon::upstream

#endif  // FALCON_UPSTREAM_CALL_PRIORITY_H_
