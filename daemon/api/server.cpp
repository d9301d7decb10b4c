// Asio and Beast's parser live in this one file because they are what compiling costs; therefore it is longer
// than others: connection, thread and server.
#include "daemon/api/server.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cerrno>
#include <csignal>
#include <future>
#include <sys/socket.h>
#include <thread>
#include <tuple>
#include <unistd.h>
#include <unordered_map>

#include "daemon/api/cursor.hpp"
#include "daemon/api/metrics.hpp"
#include "daemon/api/sockets.hpp"

namespace assent::api {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;
using Socket = asio::basic_stream_socket<asio::generic::stream_protocol, asio::io_context::executor_type>;
using Parser = http::request_parser<http::string_body>;
using Steady = std::chrono::steady_clock;
using std::chrono::seconds;
using PeerDoor = core::Peer::Door;

constexpr std::size_t header_limit = 16u << 10;
constexpr std::size_t large_body = 1u << 20;
constexpr seconds idle_limit{300}, status_idle_limit{30}, request_limit{30}, status_request_limit{5},
    write_limit{30}, status_write_limit{10}, answer_limit{60}, figures_limit{5}, linger_limit{2},
    keep_alive_period{15};
constexpr std::chrono::milliseconds follower_delay{5}, writing_grace{1000}, handles_pause{100},
    accept_pause{2}, flood_pause{16}, flood_lasts{500};
/// Fewer than any door has places: who comes in a burst is read before the next one.
constexpr int accept_burst = 32;
/// What waits in the kernel for a reader that does not read (the system doubles it).
constexpr int status_send_buffer = 128 << 10;

class Thread;

/// Where a listening socket leads, and how many came through it.
struct Listener {
  core::Peer peer;
  Server::Door door;
  Server::Status status; ///< where `path` is empty
  std::string path;      ///< empty: TCP
  std::size_t limit = 0;
  std::size_t body_limit = 0;
  std::atomic<std::size_t> open{0};
  std::atomic<Steady::duration> crowded{Steady::duration{}}; ///< when somebody last had to go for another
  std::optional<asio::posix::stream_descriptor> acceptor;
  std::optional<asio::steady_timer> pause; ///< while the process has no handle left
};

/// Counted by all threads.
struct Counters {
  std::array<std::array<std::atomic<std::uint64_t>, 6>, 3> requests{}; ///< by door and status / 100
  std::atomic<std::uint64_t> refused{0}, evicted{0}, timeouts{0};
  std::atomic<std::size_t> open{0}, large_bodies{0};
};

constexpr std::string_view door_names[] = {"person", "agent", "status"};

/// One connection; lives on one thread. One request at a time: what a client sends ahead waits in the socket.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Thread& thread, std::uint64_t id, Socket socket, Listener& door, core::Peer peer, bool trusted,
             std::string source);
  ~Connection();
  void start() { next_request(); }
  void answer(std::uint64_t turn, Later later);
  void sweep(Steady::time_point now);
  void follow(store::Reader& reader);
  void stop();
  bool following() const { return state_ == State::following; }
  const Listener& door() const { return door_; }
  void close();
  /// How readily it gives its place to another, 0: never. Who keeps us waiting goes before who waits for us.
  int dispensable() const;
  Steady::time_point since() const { return since_; }
  const std::string& source() const { return source_; }
  void give_way();

 private:
  enum class State { idle, receiving, waiting, writing, following, lingering };

  void next_request();
  void read();
  void parse();
  void header_done();
  void bad(const error_code& error);
  void dispatch();
  void respond(HttpResponse response);
  void sent();
  void write(std::string text);
  void more();
  void linger();
  void release_body();

  Thread& thread_;
  const std::uint64_t id_;
  Socket socket_;
  Listener& door_;
  const core::Peer peer_;
  const bool trusted_;
  const std::string source_; ///< address of a TCP peer
  State state_ = State::idle;
  Steady::time_point since_ = Steady::now(); ///< when it began to keep us waiting
  Steady::time_point deadline_{};
  std::optional<Parser> parser_;
  bool header_seen_ = false, keep_alive_ = true, writing_ = false;
  std::vector<char> in_ = std::vector<char>(8192);
  std::size_t begin_ = 0, end_ = 0, reserved_ = 0;
  HttpResponse response_;
  std::string head_;
  Call call_;
  std::uint64_t turn_ = 0; ///< answers of an earlier request are not taken for this one's
  Cursor cursor_;
};

/// Answers on their way from core: many are taken with one wake-up.
struct Inbox {
  struct Item {
    std::uint64_t connection, turn;
    Later later;
  };
  std::mutex mutex;
  std::vector<Item> items;
  bool posted = false;
  Thread* thread = nullptr; ///< null when the thread has ended
  void put(Item item);
};

class Thread {
 public:
  Thread(const Server::Options& given, Counters& shared, core::Core& owner, std::atomic<int>& followers)
      : options(given), counters(shared), core(owner), following(followers) {
    inbox->thread = this;
  }
  ~Thread() {
    const std::lock_guard lock(inbox->mutex);
    inbox->thread = nullptr;
  }
  void run();
  void adopt(int handle, Listener& door);
  void drain();
  void sweep();
  void wake(); ///< any thread
  void tell_followers();
  void drop(const Listener& door); ///< ends all connections of a door that is closed
  void begin_stop();
  /// Closes one connection of the door that keeps us waiting, so that another finds a place; false where
  /// there is none.
  bool make_room(const Listener& door);

  const Server::Options& options;
  Counters& counters;
  core::Core& core;
  std::atomic<int>& following;
  asio::io_context io{1};
  std::unique_ptr<Service> service;
  std::shared_ptr<Inbox> inbox = std::make_shared<Inbox>();
  std::unordered_map<std::uint64_t, std::shared_ptr<Connection>> connections;
  bool stopping = false;

 private:
  asio::steady_timer sweeper_{io}, teller_{io};
  std::atomic<bool> rung_{false};
  std::uint64_t last_id_ = 0;
};

// --- Connection

Connection::Connection(Thread& thread, std::uint64_t id, Socket socket, Listener& door, core::Peer peer,
                       bool trusted, std::string source)
    : thread_(thread), id_(id), socket_(std::move(socket)), door_(door), peer_(std::move(peer)),
      trusted_(trusted), source_(std::move(source)) {}

Connection::~Connection() {
  release_body();
  if (state_ == State::following) --thread_.following;
  --door_.open;
  --thread_.counters.open;
}

void Connection::next_request() {
  if (thread_.stopping) return close();
  state_ = State::idle;
  since_ = Steady::now();
  const bool status = peer_.door == PeerDoor::status;
  // Whoever connects to the status port has something to ask; later it may stay for a while.
  deadline_ = since_ + (!status ? idle_limit : turn_ == 0 ? status_request_limit : status_idle_limit);
  call_ = Call{};
  parser_.emplace();
  parser_->header_limit(header_limit);
  parser_->body_limit(door_.body_limit);
  parser_->eager(true);
  header_seen_ = false;
  if (begin_ < end_)
    parse();
  else
    read();
}

void Connection::read() {
  if (begin_ > 0) {
    std::copy(in_.begin() + static_cast<std::ptrdiff_t>(begin_),
              in_.begin() + static_cast<std::ptrdiff_t>(end_), in_.begin());
    end_ -= begin_;
    begin_ = 0;
  }
  if (end_ == in_.size()) in_.resize(std::min<std::size_t>(in_.size() * 2, 4 * header_limit));
  if (end_ == in_.size()) return bad(http::error::header_limit);
  socket_.async_read_some(asio::buffer(in_.data() + end_, in_.size() - end_),
                          [self = shared_from_this()](error_code error, std::size_t bytes) {
                            if (error || self->state_ == State::lingering) return self->close();
                            self->end_ += bytes;
                            self->parse();
                          });
}

void Connection::parse() {
  if (state_ == State::idle) {
    state_ = State::receiving;
    deadline_ = Steady::now() + (peer_.door == PeerDoor::status ? status_request_limit : request_limit);
  }
  while (begin_ < end_ && !parser_->is_done()) {
    error_code error;
    begin_ += parser_->put(asio::buffer(in_.data() + begin_, end_ - begin_), error);
    if (error == http::error::need_more) break;
    if (error) return bad(error);
  }
  if (parser_->is_header_done() && !header_seen_) {
    header_seen_ = true;
    if (!parser_->is_done()) return header_done();
  }
  if (parser_->is_done()) return dispatch();
  read();
}

/// A body is still to come: is there room for it, and does the client wait to be asked?
void Connection::header_done() {
  const auto length = parser_->content_length();
  const std::size_t size = length ? static_cast<std::size_t>(*length) : door_.body_limit;
  if (size > large_body) {
    auto& all = thread_.counters.large_bodies;
    if (all.fetch_add(size) + size > thread_.options.bodies) {
      all -= size;
      keep_alive_ = false;
      return respond(
          thread_.service->refuse(fail(Fault::busy, "api.too-many-bodies"), thread_.service->language()));
    }
    reserved_ = size;
    in_.resize(64u << 10);
  }
  if (parser_->get()[http::field::expect] != "100-continue") return read();
  static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
  asio::async_write(socket_, asio::buffer(go_on), [self = shared_from_this()](error_code error, std::size_t) {
    if (error) return self->close();
    self->read();
  });
}

void Connection::bad(const error_code& error) {
  keep_alive_ = false;
  unsigned status = 400;
  std::string_view tag = "malformed-message";
  if (error == http::error::header_limit) status = 431, tag = "too-big";
  if (error == http::error::body_limit) status = 413, tag = "too-big";
  respond(
      thread_.service->refuse(fail(Fault::invalid, "api.malformed-request", {{"reason", error.message()}}),
                              thread_.service->language(), status, tag));
}

void Connection::dispatch() {
  auto message = parser_->release();
  keep_alive_ = message.keep_alive() && !thread_.stopping;
  release_body();
  call_ = Call{};
  call_.peer = peer_;
  call_.trusted = trusted_;
  auto& request = call_.request;
  const auto text = [&](auto field) {
    const auto view = message[field];
    return std::string(view.data(), view.size());
  };
  request.method = std::string(message.method_string());
  request.target = std::string(message.target());
  // RFC 9112 3.2: two Host fields are a malformed request; here they match no host.
  request.host = message.count(http::field::host) == 1 ? text(http::field::host) : std::string();
  request.accept_language = text(http::field::accept_language);
  request.if_match = text(http::field::if_match);
  request.if_none_match = text(http::field::if_none_match);
  request.content_type = text(http::field::content_type);
  request.idempotency_key = text("Idempotency-Key");
  request.last_event_id = text("Last-Event-ID");
  request.body = std::move(message.body());
  state_ = State::waiting;
  const std::uint64_t turn = ++turn_;
  auto now = thread_.service->handle(call_, [inbox = thread_.inbox, id = id_, turn](Later later) {
    inbox->put({id, turn, std::move(later)});
  });
  deadline_ = Steady::now() + (call_.route.what == Route::What::operation ? answer_limit : figures_limit);
  if (now) respond(std::move(*now));
}

void Connection::answer(std::uint64_t turn, Later later) {
  if (turn == turn_ && state_ == State::waiting) respond(thread_.service->finish(call_, std::move(later)));
}

void Connection::respond(HttpResponse response) {
  const auto door = static_cast<std::size_t>(peer_.door);
  ++thread_.counters.requests[door][std::min(response.status / 100, 5u)];
  ++turn_;
  state_ = State::writing;
  since_ = Steady::now();
  deadline_ = since_ + (peer_.door == PeerDoor::status ? status_write_limit : write_limit);
  response_ = std::move(response);
  const bool head = call_.route.head && header_seen_;
  if (response_.stream) {
    auto cursor = parse_cursor(response_.etag);
    ASSENT_CHECK(cursor.ok());
    cursor_ = *cursor;
    response_.etag.clear();
    keep_alive_ = false;
    response_.stream = !head;
  }
  head_ = response_head(response_, keep_alive_);
  if (head) {
    response_.body.clear();
    response_.shared.reset();
  }
  const auto content = response_.content();
  const std::array<asio::const_buffer, 2> parts{asio::buffer(head_),
                                                asio::buffer(content.data(), content.size())};
  asio::async_write(socket_, parts, [self = shared_from_this()](error_code error, std::size_t) {
    if (error || self->state_ != State::writing) return self->close();
    self->sent();
  });
}

void Connection::sent() {
  if (response_.stream) {
    state_ = State::following;
    ++thread_.following;
    return more();
  }
  response_.body = {};
  response_.shared.reset();
  if (keep_alive_) return next_request();
  linger();
}

/// Writes a piece of the stream; the deadline then means silence after it.
void Connection::write(std::string text) {
  writing_ = true;
  head_ = std::move(text);
  deadline_ = Steady::now() + write_limit;
  asio::async_write(socket_, asio::buffer(head_), [self = shared_from_this()](error_code error, std::size_t) {
    self->writing_ = false;
    self->deadline_ = Steady::now() + keep_alive_period;
    if (error) return self->close();
    self->more();
  });
}

void Connection::more() {
  auto reader = thread_.core.store().read();
  if (!reader) return close();
  follow(**reader);
}

void Connection::follow(store::Reader& reader) {
  if (writing_ || !socket_.is_open()) return;
  if (deadline_ < Steady::now()) deadline_ = Steady::now() + keep_alive_period;
  for (bool again = true; again;) {
    // Roles change while somebody follows.
    call_.scope = thread_.service->scope_of(call_);
    auto piece = next_piece(reader, cursor_, call_.scope, thread_.service->catalogue(), call_.language);
    if (!piece) return close();
    if (!piece->text.empty()) return write(std::move(piece->text));
    again = piece->more;
  }
}

int Connection::dispensable() const {
  switch (state_) {
  case State::receiving:
    return 4;
  case State::idle:
    return turn_ == 0 ? 4 : 3; // one that never asked anything is no better than one that asks slowly
  case State::lingering:
    return 4;
  case State::writing:
    return Steady::now() - since_ >= writing_grace ? 2 : 0;
  default:
    return 0;
  }
}

void Connection::give_way() {
  ++thread_.counters.evicted;
  close();
}

void Connection::sweep(Steady::time_point now) {
  if (now < deadline_) return;
  if (state_ == State::waiting) {
    keep_alive_ = false;
    return respond(
        thread_.service->refuse(fail(Fault::unavailable, "api.no-answer-in-time"), call_.language));
  }
  if (state_ == State::following && !writing_) return write(": alive\n\n");
  if (state_ != State::idle && state_ != State::lingering) ++thread_.counters.timeouts;
  close();
}

/// Reads what the client still sends, so that closing does not take the answer away from it.
void Connection::linger() {
  error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  state_ = State::lingering;
  deadline_ = Steady::now() + linger_limit;
  begin_ = end_ = 0;
  // The next bytes may be the rest of a refused body: take them until the client closes or the deadline
  // comes.
  struct Drain {
    std::shared_ptr<Connection> self;
    void operator()(error_code error, std::size_t) {
      if (error || !self->socket_.is_open()) return self->close();
      auto& connection = *self;
      connection.socket_.async_read_some(asio::buffer(connection.in_), Drain{std::move(self)});
    }
  };
  socket_.async_read_some(asio::buffer(in_), Drain{shared_from_this()});
}

void Connection::stop() {
  keep_alive_ = false;
  if (state_ != State::waiting && state_ != State::writing) close();
}

void Connection::close() {
  error_code ignored;
  socket_.close(ignored);
  release_body();
  thread_.connections.erase(id_);
}

void Connection::release_body() {
  thread_.counters.large_bodies -= reserved_;
  reserved_ = 0;
}

// --- Thread

void Inbox::put(Item item) {
  const std::lock_guard lock(mutex);
  if (thread == nullptr) return;
  items.push_back(std::move(item));
  if (posted) return;
  posted = true;
  asio::post(thread->io, [owner = thread] { owner->drain(); });
}

void Thread::drain() {
  std::vector<Inbox::Item> items;
  {
    const std::lock_guard lock(inbox->mutex);
    items.swap(inbox->items);
    inbox->posted = false;
  }
  for (auto& item : items)
    if (const auto found = connections.find(item.connection); found != connections.end()) {
      const auto connection = found->second;
      connection->answer(item.turn, std::move(item.later));
    }
}

void Thread::run() {
  const auto guard = asio::make_work_guard(io);
  sweep();
  io.run();
  connections.clear();
}

/// Of the sources that hold the most, those that keep us waiting most and longest. Several at once, so that a
/// flood is not looked through again for each that comes.
bool Thread::make_room(const Listener& door) {
  std::unordered_map<std::string_view, std::size_t> held;
  for (const auto& [id, connection] : connections)
    if (&connection->door() == &door) ++held[connection->source()];
  using Rank = std::tuple<std::size_t, int, Steady::duration>;
  std::vector<std::pair<Rank, std::shared_ptr<Connection>>> all;
  const auto now = Steady::now();
  for (const auto& [id, connection] : connections)
    if (const int much = &connection->door() == &door ? connection->dispensable() : 0; much > 0)
      all.emplace_back(Rank(held[connection->source()], much, now - connection->since()), connection);
  const auto some = all.begin() + std::min<std::ptrdiff_t>(accept_burst, std::ssize(all));
  std::ranges::partial_sort(all, some, std::greater{}, [](const auto& one) { return one.first; });
  std::for_each(all.begin(), some, [](const auto& one) { one.second->give_way(); });
  return some != all.begin();
}

void Thread::adopt(int handle, Listener& door) {
  error_code error;
  Socket socket(io);
  socket.assign({door.path.empty() ? AF_INET : AF_UNIX, SOCK_STREAM}, handle, error);
  if (error) ::close(handle);
  core::Peer peer = door.peer;
  bool trusted = false;
  if (!door.path.empty()) {
    const auto uid = peer_uid(handle);
    if (!uid) error = asio::error::access_denied;
    trusted = uid && (*uid == 0 || *uid == ::geteuid());
    if (uid && peer.door == PeerDoor::person) peer.account = account_of(*uid);
  }
  if (error) {
    --door.open;
    --counters.open;
    return;
  }
  const std::uint64_t id = ++last_id_;
  std::string source;
  if (door.path.empty()) {
    // Not door.open: what has been closed counts there until its last handler has run.
    const bool crowded = connections.size() >= door.limit;
    if (crowded) door.crowded = Steady::now().time_since_epoch();
    if (crowded && !make_room(door)) {
      --door.open;
      --counters.open;
      ++counters.refused;
      return; // the socket closes the handle
    }
    source = peer_address(handle);
    limit_send_buffer(handle, status_send_buffer);
  }
  auto connection = std::make_shared<Connection>(*this, id, std::move(socket), door, std::move(peer), trusted,
                                                 std::move(source));
  connections.emplace(id, connection);
  connection->start();
}

void Thread::sweep() {
  const auto now = Steady::now();
  std::vector<std::shared_ptr<Connection>> all;
  all.reserve(connections.size());
  for (const auto& [id, connection] : connections)
    all.push_back(connection);
  for (const auto& connection : all)
    connection->sweep(now);
  sweeper_.expires_after(seconds(1));
  sweeper_.async_wait([this](error_code error) {
    if (!error) sweep();
  });
}

void Thread::wake() {
  if (rung_.exchange(true)) return;
  asio::post(io, [this] {
    // A short pause gathers what comes in bursts.
    teller_.expires_after(follower_delay);
    teller_.async_wait([this](error_code error) {
      if (!error) tell_followers();
    });
  });
}

void Thread::tell_followers() {
  rung_ = false;
  std::vector<std::shared_ptr<Connection>> all;
  for (const auto& [id, connection] : connections)
    if (connection->following()) all.push_back(connection);
  if (all.empty()) return;
  auto reader = core.store().read();
  if (!reader) return;
  for (const auto& connection : all)
    connection->follow(**reader);
}

void Thread::drop(const Listener& door) {
  std::vector<std::shared_ptr<Connection>> all;
  for (const auto& [id, connection] : connections)
    if (&connection->door() == &door) all.push_back(connection);
  for (const auto& connection : all)
    connection->close();
}

void Thread::begin_stop() {
  stopping = true;
  std::vector<std::shared_ptr<Connection>> all;
  for (const auto& [id, connection] : connections)
    all.push_back(connection);
  for (const auto& connection : all)
    connection->stop();
  // The rest gets its answers first, within a second.
  const auto end = Steady::now() + seconds(1);
  sweeper_.expires_after(std::chrono::milliseconds(10));
  sweeper_.async_wait([this, end](error_code) {
    struct Wait {
      Thread* thread;
      Steady::time_point end;
      void operator()(error_code) {
        if (thread->connections.empty() || Steady::now() >= end) return thread->io.stop();
        thread->sweeper_.expires_after(std::chrono::milliseconds(10));
        thread->sweeper_.async_wait(*this);
      }
    };
    Wait{this, end}({});
  });
}

} // namespace

// --- Server

class ServerImpl final : public Server {
 public:
  ServerImpl(Options options, core::Core& core, Clock& clock, Bell& bell)
      : options_(std::move(options)), core_(core), clock_(clock), bell_(bell) {}
  ~ServerImpl() override;
  Result<Done> begin();
  Result<Done> renew(Renewal renewal) override;

 private:
  using Listeners = std::vector<std::unique_ptr<Listener>>;
  Result<std::unique_ptr<Listener>> open_door(const Door& door);
  std::unique_ptr<Listener> listen_at(int handle, const Door& door);
  Result<std::unique_ptr<Listener>> open_status(const Status& status);
  /// New listeners for what is wanted and not there, not yet watched; nothing stays open where one fails.
  Result<Listeners> open_missing(const Renewal& wanted);
  Result<Done> regrant_all(const Renewal& wanted); ///< file modes and owners; as they were where one fails
  Result<Done> exchange(const Renewal& wanted);    ///< on the first thread
  void retire(std::unique_ptr<Listener> listener);
  void watch(Listener& door);
  void accept(Listener& door);
  void rest(Listener& door, std::chrono::milliseconds time); ///< accepts again after it
  void add_figures(core::Figures& figures) const;

  const Options options_;
  core::Core& core_;
  Clock& clock_;
  Bell& bell_;
  Counters counters_;
  mutable std::mutex listeners_mutex_; ///< of the vector: the first thread changes it, all look at it
  Listeners listeners_;
  Listeners retired_;                            ///< closed; their last connections may still refer to them
  std::vector<std::unique_ptr<Thread>> threads_; ///< their connections refer to the listeners: they end first
  std::vector<std::thread> running_;
  std::size_t next_ = 0;
};

Result<Done> ServerImpl::begin() {
  // The status port has the last thread for itself: whatever comes there, people and agents are served as
  // before.
  const unsigned threads = std::max(1u, options_.threads) + 1;
  const auto search = std::make_shared<Search>(core_.store());
  for (unsigned i = 0; i < threads; ++i) {
    auto thread = std::make_unique<Thread>(options_, counters_, core_, bell_.followers_);
    auto model = options_.make_model();
    if (!model) return std::move(model).error();
    Service::Options service{options_.catalogue, options_.language,
                             [this](core::Figures& figures) { add_figures(figures); },
                             [this] { return bell_.authority(); }, search};
    thread->service = std::make_unique<Service>(std::move(service), core_, clock_, std::move(model).value());
    threads_.push_back(std::move(thread));
  }
  auto opened = open_missing({options_.doors, options_.status, options_.language});
  if (!opened) return std::move(opened).error();
  listeners_ = std::move(opened).value();
  search->start();
  for (auto& listener : listeners_)
    watch(*listener);
  for (auto& thread : threads_)
    running_.emplace_back([&thread] { thread->run(); });
  const std::lock_guard lock(bell_.mutex_);
  bell_.wake_ = [this] {
    for (auto& thread : threads_)
      thread->wake();
  };
  return Done{};
}

Result<std::unique_ptr<Listener>> ServerImpl::open_door(const Door& door) {
  auto handle = listen_local(door.path, door.mode, door.owner);
  if (!handle) return std::move(handle).error();
  return listen_at(*handle, door);
}

std::unique_ptr<Listener> ServerImpl::listen_at(int handle, const Door& door) {
  auto listener = std::make_unique<Listener>();
  listener->peer = {door.door, {}, door.agent};
  listener->door = door;
  listener->path = door.path;
  const bool agent = door.door == PeerDoor::agent;
  listener->limit = agent ? options_.agent_connections : options_.connections;
  listener->body_limit = agent ? options_.agent_body : options_.person_body;
  listener->acceptor.emplace(threads_.front()->io, handle);
  listener->pause.emplace(threads_.front()->io);
  return listener;
}

Result<std::unique_ptr<Listener>> ServerImpl::open_status(const Status& status) {
  auto handle = listen_loopback(status.address, status.port);
  if (!handle) return std::move(handle).error();
  auto listener = std::make_unique<Listener>();
  listener->peer.door = PeerDoor::status;
  listener->status = status;
  listener->limit = options_.status_connections;
  listener->body_limit = 4096;
  listener->acceptor.emplace(threads_.front()->io, *handle);
  listener->pause.emplace(threads_.front()->io);
  return listener;
}

Result<ServerImpl::Listeners> ServerImpl::open_missing(const Renewal& wanted) {
  Listeners fresh;
  std::optional<Error> wrong;
  const auto there = [&](const auto& same) {
    return std::any_of(listeners_.begin(), listeners_.end(), [&](const auto& one) { return same(*one); });
  };
  const auto take = [&](Result<std::unique_ptr<Listener>> opened) {
    if (opened)
      fresh.push_back(std::move(opened).value());
    else
      wrong = std::move(opened).error();
  };
  for (const auto& door : wanted.doors)
    if (!wrong && !there([&](const Listener& one) { return one.path == door.path; })) take(open_door(door));
  if (wanted.status && !wrong &&
      !there([&](const Listener& one) { return one.path.empty() && one.status == *wanted.status; }))
    take(open_status(*wanted.status));
  if (!wrong) return fresh;
  for (const auto& listener : fresh)
    if (!listener->path.empty()) ::unlink(listener->path.c_str());
  return *std::move(wrong);
}

Result<Done> ServerImpl::renew(Renewal renewal) {
  std::promise<Result<Done>> done;
  asio::post(threads_.front()->io, [&] { done.set_value(exchange(renewal)); });
  auto outcome = done.get_future().get();
  if (outcome)
    for (const auto& thread : threads_)
      asio::post(thread->io, [thread = thread.get(), language = renewal.language] {
        thread->service->set_language(language);
      });
  return outcome;
}

/// The door that has the same socket file.
const Server::Door* door_at(const std::vector<Server::Door>& doors, const std::string& path) {
  for (const auto& door : doors)
    if (!path.empty() && door.path == path) return &door;
  return nullptr;
}

Result<Done> ServerImpl::regrant_all(const Renewal& wanted) {
  std::vector<Listener*> done;
  for (const auto& listener : listeners_) {
    const Door* door = door_at(wanted.doors, listener->path);
    if (!door || *door == listener->door) continue;
    done.push_back(listener.get());
    auto granted = regrant(door->path, door->mode, door->owner);
    if (granted) continue;
    Result<Done> back = Done{};
    for (const auto* one : done)
      if (auto again = regrant(one->door.path, one->door.mode, one->door.owner); !again) back = again;
    return back ? granted : back; // what could not be taken back is the worse news
  }
  return Done{};
}

/// Ends connections that wait to be accepted: they came under the rights of before.
void turn_away(int listening) {
  for (int handle = 0; handle >= 0;) {
    handle = ::accept4(listening, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (handle >= 0) ::close(handle);
  }
}

Result<Done> ServerImpl::exchange(const Renewal& wanted) {
  auto opened = open_missing(wanted);
  if (!opened) return std::move(opened).error();
  Listeners now = std::move(opened).value(), old;
  if (auto granted = regrant_all(wanted); !granted) {
    for (const auto& listener : now)
      if (!listener->path.empty()) ::unlink(listener->path.c_str());
    return std::move(granted).error();
  }
  for (auto& listener : now)
    watch(*listener);
  const std::lock_guard lock(listeners_mutex_);
  old.swap(listeners_);
  for (auto& listener : old) {
    const Door* door = door_at(wanted.doors, listener->path);
    const bool stays = listener->path.empty() ? wanted.status == listener->status : door != nullptr;
    if (stays && (listener->path.empty() || *door == listener->door)) {
      now.push_back(std::move(listener));
      continue;
    }
    // Also where only the file's rights or its agent are new: who came through it has to come again.
    if (stays) {
      turn_away(listener->acceptor->native_handle());
      now.push_back(listen_at(listener->acceptor->release(), *door));
      watch(*now.back());
    } else if (!listener->path.empty()) {
      ::unlink(listener->path.c_str());
    }
    retire(std::move(listener));
  }
  listeners_ = std::move(now);
  return Done{};
}

void ServerImpl::retire(std::unique_ptr<Listener> listener) {
  error_code ignored;
  if (listener->acceptor->is_open()) listener->acceptor->close(ignored);
  listener->pause->cancel();
  for (auto& thread : threads_)
    asio::post(thread->io, [thread = thread.get(), one = listener.get()] { thread->drop(*one); });
  retired_.push_back(std::move(listener));
}

void ServerImpl::watch(Listener& door) {
  door.acceptor->async_wait(asio::posix::stream_descriptor::wait_read, [this, &door](error_code error) {
    if (!error) accept(door);
  });
}

void ServerImpl::rest(Listener& door, std::chrono::milliseconds time) {
  door.pause->expires_after(time);
  door.pause->async_wait([this, &door](error_code error) {
    if (!error) watch(door);
  });
}

void ServerImpl::accept(Listener& door) {
  const bool status = door.peer.door == PeerDoor::status;
  for (int burst = 0; burst < accept_burst; ++burst) {
    // At the status port it is its own thread that makes room: until it has, others wait to be accepted.
    if (status && door.open >= door.limit + accept_burst) return rest(door, accept_pause);
    const int handle =
        ::accept4(door.acceptor->native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (handle < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM))
      return rest(door, handles_pause);
    if (handle < 0 && (errno == ECONNABORTED || errno == EINTR)) continue;
    if (handle < 0) break;
    const bool door_full = ++door.open > door.limit && !status;
    const bool all_full = ++counters_.open > options_.connections + options_.status_connections;
    if (all_full || door_full) {
      --counters_.open;
      --door.open;
      ++counters_.refused;
      ::close(handle);
      continue;
    }
    auto& thread = status ? *threads_.back() : *threads_[next_++ % (threads_.size() - 1)];
    asio::post(thread.io, [&thread, &door, handle] { thread.adopt(handle, door); });
  }
  // In a flood, at most 2,000 newcomers a second: each then has half a second to ask before 1,024 others have
  // come.
  if (status && Steady::now().time_since_epoch() - door.crowded.load() < flood_lasts)
    return rest(door, flood_pause);
  watch(door);
}

void ServerImpl::add_figures(core::Figures& figures) const {
  {
    const std::lock_guard lock(listeners_mutex_);
    for (const auto& listener : listeners_) {
      const std::string_view door = door_names[static_cast<std::size_t>(listener->peer.door)];
      figures.gauges.emplace_back(
          labelled("assent_api_connections", {{"door", door}, {"agent", listener->peer.agent}}),
          static_cast<double>(listener->open));
    }
  }
  figures.gauges.emplace_back("assent_api_followers", bell_.followers_.load());
  for (std::size_t door = 0; door < 3; ++door)
    for (std::size_t status = 2; status < 6; ++status)
      figures.counters.emplace_back(
          labelled("assent_api_requests_total",
                   {{"door", door_names[door]}, {"status", std::to_string(status) + "xx"}}),
          static_cast<double>(counters_.requests[door][status]));
  figures.counters.emplace_back("assent_api_connections_refused_total",
                                static_cast<double>(counters_.refused));
  figures.counters.emplace_back("assent_api_connections_evicted_total",
                                static_cast<double>(counters_.evicted));
  figures.counters.emplace_back("assent_api_timeouts_total", static_cast<double>(counters_.timeouts));
  if (options_.add_figures) options_.add_figures(figures);
}

ServerImpl::~ServerImpl() {
  {
    const std::lock_guard lock(bell_.mutex_);
    bell_.wake_ = nullptr;
  }
  // Before the doors close: a daemon that starts now makes its own files.
  for (const auto& listener : listeners_)
    if (!listener->path.empty()) ::unlink(listener->path.c_str());
  if (!running_.empty())
    asio::post(threads_.front()->io, [this] {
      error_code ignored;
      for (auto& listener : listeners_) {
        listener->acceptor->close(ignored);
        listener->pause->cancel();
      }
    });
  for (std::size_t i = 0; i < running_.size(); ++i)
    asio::post(threads_[i]->io, [thread = threads_[i].get()] { thread->begin_stop(); });
  for (auto& thread : running_)
    thread.join();
  for (auto* list : {&listeners_, &retired_})
    for (auto& listener : *list) {
      listener->acceptor.reset();
      listener->pause.reset();
    }
}

void Bell::ring(const core::Event& event) {
  if (event.msgid == "ticket-opened" || event.msgid == "founding") ++authority_;
  if (followers_.load(std::memory_order_relaxed) == 0) return;
  const std::lock_guard lock(mutex_);
  if (wake_) wake_();
}

Result<std::unique_ptr<Server>> Server::start(Options options, core::Core& core, Clock& clock, Bell& bell) {
  // A peer that goes away while we write must not end the process.
  std::signal(SIGPIPE, SIG_IGN);
  raise_handle_limit();
  auto server = std::make_unique<ServerImpl>(std::move(options), core, clock, bell);
  if (auto begun = server->begin(); !begun) return std::move(begun).error();
  return std::unique_ptr<Server>(std::move(server));
}

} // namespace assent::api
