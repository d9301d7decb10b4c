#include "common/result.hpp"

#include <cstdio>

namespace assent {

void bug(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "assent: broken promise at %s:%d: %s\n", file, line, condition);
  std::abort();
}

} // namespace assent
