// What the tests of introspection and proofs share: one embedded server per test program, fresh databases on it, SQL and .lp to catalogs.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "diag/sink.h"
#include "driver/compile.h"
#include "introspect/introspect.h"
#include "shadow/server.h"

namespace lpc::test {

inline std::string words(const diag::Sink& sink) {
  std::string text;
  for (const diag::Diagnostic& diagnostic : sink.all()) {
    text += diag::code_text(diagnostic.code) + ": " + diagnostic.message + "\n";
    for (const diag::Note& note : diagnostic.notes) text += "  " + note.message + "\n";
  }
  return text;
}

template <class T>
std::string words(const Result<T>& result) {
  return result ? "" : result.failure().code + ": " + result.failure().message + "\n" + result.failure().detail;
}

inline std::size_t count(const diag::Sink& sink, diag::Code code) {
  std::size_t found = 0;
  for (const diag::Diagnostic& diagnostic : sink.all()) found += diagnostic.code == code;
  return found;
}

class ScratchTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto server = shadow::open_shadow({});
    ASSERT_TRUE(bool(server)) << words(server);
    server_ = *std::move(server);
  }
  static void TearDownTestSuite() { server_.reset(); }

  static shadow::ShadowServer& server() { return *server_; }

  /// A new database in which `statements` have run.
  pg::Connection database(const std::string& statements) {
    auto connection = server_->create_database();
    EXPECT_TRUE(bool(connection)) << words(connection);
    const Status done = connection->execute(statements);
    EXPECT_TRUE(bool(done)) << words(done);
    return *std::move(connection);
  }

  Catalog read(pg::Connection& connection, const introspect::IntrospectOptions& options = {}) {
    auto catalog = introspect::introspect(connection, options, fragments_, sink_);
    EXPECT_TRUE(bool(catalog)) << words(catalog);
    return catalog ? *std::move(catalog) : Catalog();
  }

  Catalog catalog_of(const std::string& statements) {
    pg::Connection connection = database(statements);
    return read(connection);
  }

  driver::Program compile(const std::string& text) {
    const FileId file = sources_.add("schema.lp", text);
    auto program = driver::compile({file}, sources_, fragments_, sink_);
    EXPECT_TRUE(bool(program)) << words(sink_);
    return program ? *std::move(program) : driver::Program();
  }

  SourceMap sources_;
  frontend::FragmentParser fragments_;
  diag::Sink sink_;

 private:
  static inline std::unique_ptr<shadow::ShadowServer> server_;
};

inline ObjectId id(const std::string& text) {
  const auto parsed = ObjectId::parse(text);
  EXPECT_TRUE(parsed) << text;
  return parsed.value_or(ObjectId{});
}

inline std::vector<std::string> texts(const std::vector<ObjectId>& ids) {
  std::vector<std::string> result;
  for (const ObjectId& each : ids) result.push_back(each.text());
  return result;
}

/// What it depends on, its owner and other roles left out.
inline std::vector<std::string> needs(const Catalog& catalog, const std::string& object) {
  const Object* found = catalog.find(id(object));
  EXPECT_TRUE(found) << object;
  if (!found) return {};
  std::vector<ObjectId> needed = found->depends_on;
  std::erase_if(needed, [](const ObjectId& each) { return each.kind == KindId::Role; });
  return texts(needed);
}

}  // namespace lpc::test
