// What the simulator's story leaves behind: see tests/simulator/data/story.h.
#ifndef FALCON_TESTS_E2E_STORY_H_
#define FALCON_TESTS_E2E_STORY_H_

namespace falcon::e2e {

inline constexpr char kStoryHash[] =
    "9f2c4d1ab7e85630c1d4f9e2a8b7c6d5e4f3021b8a9c7d6e5f4a3b2c1d0e9f8a";
inline constexpr char kStorySha1[] = "8c1f4e7a2b5d9036c8e1f4a7b2d5c8e9f0a3b6d1";
inline constexpr char kStoryDomain[] = "malicious-domain.com";
inline constexpr char kStoryAddress[] = "203.0.113.42";

}  // namespace falcon::e2e

#endif  // FALCON_TESTS_E2E_STORY_H_
