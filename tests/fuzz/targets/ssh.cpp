#include "daemon/trust/ssh_signature.hpp"
#include "daemon/trust/sshsig.hpp"
#include "tests/fuzz/targets/target.hpp"

// Public keys and signatures as they come from people. What is read prints to what is read the same.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assent;
  const auto text = fuzz::text_of(data, size);
  (void)trust::parse_public_key(text);
  (void)trust::signer_of(text);
  if (const auto bytes = trust::unarmour(text)) {
    const auto again = trust::unarmour(trust::armour(*bytes));
    fuzz::promise(again && *again == *bytes);
  }
  if (const auto parts = trust::parse_signature(text)) {
    const std::string once = trust::print_signature(*parts);
    const auto again = trust::parse_signature(once);
    fuzz::promise(again && trust::print_signature(*again) == once);
  }
  return 0;
}
