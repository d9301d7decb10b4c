#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "agents/ctl/signing.hpp"
#include "agents/ctl/values.hpp"
#include "common/hash.hpp"
#include "daemon/store/store.hpp"
#include "daemon/trust/ssh_signature.hpp"
#include "tests/unit/ctl/fakes.hpp"

using namespace assent;
using namespace assent::ctl;
using namespace assent::ctl::test;

namespace {

/// A directory with a fresh key, made by ssh-keygen as people do.
struct Folder {
  std::string path;
  std::string key;

  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "unit-ctl-XXXXXX").string();
    BOOST_REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path = pattern;
    key = path + "/key";
    BOOST_REQUIRE(run_program({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key}, "").ok());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string public_key() const { return *read_file(key + ".pub"); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path + "/" + name, std::ios::binary) << text;
    return path + "/" + name;
  }
};

/// A store with nothing but its founding, and a checkpoint of it signed by the founding's checkpoint key.
struct Founded : Folder {
  std::string file = path + "/assent.db";
  std::string installation = sha256_hex("founding");

  Founded() {
    journal::Draft founding;
    founding.event = "founding";
    founding.time = Instant{std::chrono::seconds{1'800'000'000}};
    founding.detail = {{"checkpoint-key", *read_file(key + ".pub")}, {"file", "founding"}};
    founding.rows.push_back({Kind::organisation, 1, 1, false, {{"name", "九江市"}, {"tier", "city"}}});
    store::Options options;
    options.path = file;
    BOOST_REQUIRE(store::Store::create(options, installation, founding).ok());
  }

  std::string checkpoint_line(const std::string& hash) const {
    std::string line = journal::checkpoint_text(
        {installation, 1, journal::Stream::decisions, 0, Instant{std::chrono::seconds{1'800'000'100}}, hash});
    while (line.ends_with('\n'))
      line.pop_back();
    return line;
  }
  std::string head_hash() const {
    auto reader = store::open_copy(file);
    BOOST_REQUIRE(reader.ok());
    std::string hash;
    BOOST_REQUIRE((*reader)
                      ->entries(journal::Stream::decisions, 0, 1,
                                [&](store::StoredEntry&& entry) {
                                  hash = sha256_hex(entry.header);
                                  return false;
                                })
                      .ok());
    return hash;
  }
  std::string with_signature(const std::string& line, const std::string& signer) const {
    auto signature = make_signing()->sign({signer, ""}, "assent-checkpoint", line);
    BOOST_REQUIRE(signature.ok());
    std::string base64;
    std::istringstream lines(*signature);
    for (std::string part; std::getline(lines, part);)
      if (!part.starts_with("-----")) base64 += part;
    return line + "\nsignature " + base64 + "\n";
  }
};

} // namespace

BOOST_AUTO_TEST_SUITE(outside)

BOOST_AUTO_TEST_CASE(a_page_that_ssh_keygen_signs_verifies_in_the_daemon) {
  const Folder folder;
  const auto signing = make_signing();
  auto key = signing->from_file(folder.key);
  BOOST_REQUIRE(key.ok());
  const std::string page = "assent page 1\n九江市\n" + std::string(200'000, 'x') + "\n";
  auto signature = signing->sign(*key, "assent-request", page);
  BOOST_REQUIRE(signature.ok());
  auto parsed = trust::parse_public_key(folder.public_key());
  BOOST_REQUIRE(parsed.ok());
  BOOST_TEST(parsed->fingerprint == key->fingerprint);
  BOOST_TEST(trust::verify(*parsed, trust::ns_request, page, *signature).ok());
  BOOST_TEST(!trust::verify(*parsed, trust::ns_approval, page, *signature).ok());
}

BOOST_AUTO_TEST_CASE(a_program_that_fails_or_is_missing_is_an_error) {
  BOOST_TEST(!run_program({"/nowhere/program"}, "").ok());
  BOOST_TEST(!run_program({"false"}, "").ok());
  BOOST_TEST(!run_program({"sh", "-c", "yes | head -c 3000000"}, "").ok());
  auto echoed = run_program({"cat"}, std::string(500'000, 'x'));
  BOOST_REQUIRE(echoed.ok());
  BOOST_TEST(echoed->size() == 500'000u);
  BOOST_TEST(run_program({"true"}, std::string(500'000, 'x')).ok(),
             "a program need not read what it is given");
  BOOST_TEST(!make_signing()->from_file("/nowhere/key").ok());
}

BOOST_AUTO_TEST_CASE(an_untouched_copy_holds_and_says_when_no_checkpoint_was_given) {
  const Founded founded;
  World world;
  BOOST_TEST(world.run({"audit", "verify", "--file", founded.file}) == 0);
  BOOST_TEST(holds(world.console.told, "--checkpoint"));
  World with_founding;
  BOOST_TEST(with_founding.run(
                 {"audit", "verify", "--file", founded.file, "--founding", founded.installation}) == 0);
  World other;
  BOOST_TEST(other.run({"audit", "verify", "--file", founded.file, "--founding", std::string(64, '0')}) == 4);
}

BOOST_AUTO_TEST_CASE(a_changed_byte_of_the_journal_is_found) {
  const Founded founded;
  std::string bytes;
  {
    std::ifstream in(founded.file, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(in), {});
  }
  const auto at = bytes.find("founding\",\"file\"");
  const auto name = at != std::string::npos ? at : bytes.find("九江市");
  BOOST_REQUIRE(name != std::string::npos);
  bytes[name] ^= 1;
  const auto changed = founded.write("changed.db", bytes);
  World world;
  const int exit = world.run({"audit", "verify", "--file", changed});
  BOOST_TEST(exit != 0);
}

BOOST_AUTO_TEST_CASE(a_checkpoint_from_outside_is_compared_and_a_forged_one_refused) {
  const Founded founded;
  const auto good = founded.write(
      "good", founded.with_signature(founded.checkpoint_line(founded.head_hash()), founded.key));
  const auto contradicting = founded.write(
      "other", founded.with_signature(founded.checkpoint_line(sha256_hex("another history")), founded.key));
  const auto unsigned_one = founded.write("unsigned", founded.checkpoint_line(founded.head_hash()) + "\n");
  const auto nonsense = founded.write("nonsense", "hello\n");
  const Folder stranger;
  const auto forged = founded.write(
      "forged", founded.with_signature(founded.checkpoint_line(founded.head_hash()), stranger.key));
  const auto verify = [&](const std::string& checkpoint) {
    World world;
    return world.run({"audit", "verify", "--file", founded.file, "--checkpoint", checkpoint});
  };
  BOOST_TEST(verify(good) == 0);
  BOOST_TEST(verify(contradicting) == 1);
  BOOST_TEST(verify(unsigned_one) == 2);
  BOOST_TEST(verify(nonsense) == 2);
  BOOST_TEST(verify(forged) == 4);
}

BOOST_AUTO_TEST_SUITE_END()
