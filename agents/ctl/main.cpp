// assentctl: what people use. A client of the API like any other; it opens no database and reads no private
// key.
#include <csignal>
#include <string>
#include <vector>

#include "agents/ctl/program.hpp"
#include "agents/ctl/signing.hpp"

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN); // `| head` is no failure to shout about; writes report it
  const auto catalogue = assent::Catalogue::load_or_ids();
  const auto console = assent::ctl::make_console();
  const auto signing = assent::ctl::make_signing();
  assent::SystemClock clock;
  const assent::ctl::Outside outside{*console, *signing, clock, catalogue, assent::ctl::make_api};
  return static_cast<int>(assent::ctl::run({argv + 1, argv + argc}, outside));
}
