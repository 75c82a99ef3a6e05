// Priority: who goes first where both wait.
#ifndef FALCON_RUN_PRIORITY_H_
#define FALCON_RUN_PRIORITY_H_

namespace falcon::run {

enum class Priority { kInteractive, kExport };

}  // namespace falcon::run

#endif  // FALCON_RUN_PRIORITY_H_
