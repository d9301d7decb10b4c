#include "agents/snmp/trap_desk.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <utility>

#include "agents/snmp/usm.hpp"

namespace assent::snmp {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t notices_kept = 8; ///< of one device in `notice_span`
constexpr Steady notice_span = 30s;
constexpr Steady stranger_pause = 1h;

} // namespace

std::map<std::string, std::uint64_t> TrapFigures::by_name() const {
  return {{"hint", hint},         {"no-hint", no_hint}, {"malformed", malformed},
          {"stranger", stranger}, {"crowd", crowd},     {"community", community},
          {"version", version},   {"size", size},       {"discovery", discovery},
          {"engine", engine},     {"user", user},       {"level", level},
          {"limited", limited},   {"digest", digest},   {"early", early},
          {"replay", replay},     {"again", again},     {"decryption", decryption}};
}

TrapDesk::TrapDesk(Poller& poller, Sink& sink, std::vector<Secret> communities, usm::LocalEngine local)
    : poller_(poller), sink_(sink), communities_(std::move(communities)), local_(std::move(local)) {
  ASSENT_CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(&salt_), sizeof salt_) == 1);
}

std::string TrapDesk::take(const Endpoint& from, std::string_view bytes, Moment now) {
  const std::vector<Id>& devices = poller_.at_address(from);
  if (devices.empty()) {
    ++figures_.stranger;
    ++strangers_.count;
    const std::string text = from.text();
    strangers_.address = from.is_v4() ? text.substr(0, text.rfind(':')) : text.substr(1, text.rfind(']') - 1);
    return {};
  }
  if (devices.size() > max_sharing) {
    ++figures_.crowd;
    return {};
  }
  if (usm::version_of(bytes) == 3) return take_v3(devices, bytes, now);
  return take_community(devices, bytes, now);
}

/// Its own community, or one of those that are for notifications only. This proves little: it keeps out what
/// was sent by mistake.
bool TrapDesk::may_say(const Device& device, std::string_view community) const {
  const Credential& own = *device.credential;
  return (own.version == Credential::Version::v2c && own.community.reveal() == community) ||
         std::ranges::any_of(communities_, [&](const Secret& each) { return each.reveal() == community; });
}

Said TrapDesk::hear(Device& device, const Notification& notification, const char* version, bool authentic,
                    Moment now) {
  Said said = said_by(*device.plan.profile, notification);
  keep({device.plan.id, now.wall, version, authentic, said.name, said.who, said.from, said.command,
        notification.claimed},
       now);
  if (said.hint) poller_.hinted(device, now);
  return said;
}

void TrapDesk::keep(NoticeSeen notice, Moment now) {
  Kept& kept = kept_[notice.device];
  if (kept.notices.empty() || now.steady >= kept.since + notice_span) kept = {now.steady, {}};
  const auto same = [&](NoticeSeen each) {
    each.time = notice.time;
    return each == notice;
  };
  if (kept.notices.size() >= notices_kept || std::ranges::any_of(kept.notices, same)) return;
  kept.notices.push_back(notice);
  sink_.noticed(std::move(notice));
}

void TrapDesk::tell(Moment now) {
  const bool recently = strangers_told_ && now.steady < *strangers_told_ + stranger_pause;
  if (strangers_.count == 0 || recently) return;
  strangers_told_ = now.steady;
  sink_.strangers(std::exchange(strangers_, {}));
}

std::string TrapDesk::take_community(const std::vector<Id>& devices, std::string_view bytes, Moment now) {
  CommunityMessage message;
  Notification notification;
  if (!read_community_message(bytes, message) ||
      !reader_.read(message.version == 0, message.tag, message.pdu, notification)) {
    ++figures_.malformed;
    return {};
  }
  bool taken = false;
  bool hint = false;
  for (const Id id : devices) {
    Device* device = poller_.find(id);
    if (device == nullptr || !may_say(*device, message.community)) continue;
    taken = true;
    hint = hear(*device, notification, message.version == 0 ? "v1" : "v2c", false, now).hint || hint;
  }
  ++(!taken ? figures_.community : hint ? figures_.hint : figures_.no_hint);
  return taken && notification.inform ? inform_response(notification, message.community) : std::string();
}

} // namespace assent::snmp
