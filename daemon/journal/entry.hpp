// One journal entry: what happened, chained to what happened before. Format: docs/formats/journal.md.
// Pure: no SQLite, no libyang, no clock.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/ids.hpp"
#include "common/json.hpp"
#include "common/time.hpp"

namespace assent::journal {

/// Two chains from the same founding. `decisions` is kept for ever; replaying it gives the tables of record.
/// `records` (refusals, starts, alarms, evidence) ends after its retention.
enum class Stream : std::uint8_t { decisions, records };
std::string_view name_of(Stream stream);

/// The image of one row of state of record after an entry; `gone` means that the row was deleted.
struct Row {
  Kind kind{};
  Id id = 0;
  std::uint64_t version = 0; ///< 1 when created, then one more for each entry that changes it
  bool gone = false;
  json::object body; ///< empty where gone
};

/// Who caused an entry; the account is evidence, the key is proof.
struct Actor {
  Id person = 0;       ///< 0: the daemon itself, or nobody that is known
  std::string key;     ///< fingerprint `SHA256:…` of the key that signed, or empty
  std::string account; ///< Unix account or certificate subject, or empty
};

/// An entry before it has a place in a chain. The store's thread gives number, hashes and text.
struct Draft {
  Stream stream = Stream::decisions;
  std::string event; ///< `ticket-opened`, `finding-opened`, … (docs/formats/journal.md lists them)
  Instant time{};
  Actor actor;
  Id ticket = 0;         ///< the ticket that it concerns, or 0
  json::object detail;   ///< what else is to be known; never a secret, never personal data
  std::vector<Row> rows; ///< only in Stream::decisions
};

/// The RFC 8785 body of a draft: {"account","detail","event","key","person","rows","ticket"}; empty members
/// left out.
std::string body_text(const Draft& draft);

/// The rows of a body, parsed; refuses a malformed one.
Result<std::vector<Row>> rows_of(const json::object& body);

/// What is hashed and chained: one line of text, fields divided by one space, ended by LF.
///   assent-journal-1 sha256 INSTALLATION EPOCH STREAM NUMBER TIME PREVIOUS BODY
struct Header {
  std::string installation; ///< 64 hex digits
  std::uint64_t epoch = 1;  ///< grows with each accepted restore
  Stream stream = Stream::decisions;
  std::uint64_t number = 0; ///< 0 is the founding, the same entry in both streams
  Instant time{};
  std::string previous; ///< SHA-256 of the previous header's bytes in this stream; 64 zeros for number 0
  std::string body;     ///< SHA-256 of the body's bytes
};
std::string header_text(const Header& header);
Result<Header> parse_header(std::string_view text);

/// Signed by the daemon's checkpoint key, sent by syslog and to a file, to be kept where the daemon's root is
/// not.
///   assent-checkpoint-1 sha256 INSTALLATION EPOCH STREAM NUMBER TIME HEADER-HASH
struct Checkpoint {
  std::string installation;
  std::uint64_t epoch = 1;
  Stream stream = Stream::decisions;
  std::uint64_t number = 0;
  Instant time{};
  std::string hash; ///< SHA-256 of the header with that number
};
std::string checkpoint_text(const Checkpoint& checkpoint);
Result<Checkpoint> parse_checkpoint(std::string_view text);

/// Follows one chain, entry by entry; says at the first break what is wrong and where.
class ChainVerifier {
 public:
  ChainVerifier(std::string installation, Stream stream);
  /// The next entry's stored bytes. `body` may be empty-handed (`check_body` false) for the fast chain pass.
  Status next(std::string_view header_bytes, std::string_view body_bytes, bool check_body = true);
  std::uint64_t count() const { return count_; }
  const std::string& head_hash() const { return head_; }

 private:
  std::string installation_;
  Stream stream_;
  std::uint64_t count_ = 0;
  std::uint64_t epoch_ = 1;
  std::string head_;
};

} // namespace assent::journal
