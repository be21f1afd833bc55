#include "kinds/secrets.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

namespace lpc::kinds::secrets {
namespace {

TEST(Secrets, KnowsTheNamesOfSecretOptions) {
  for (const std::string_view name : {"password", "PASSWORD", "sslpassword", "passfile", "api_key", "apikey", "aws_secret_access_key", "auth_token", "scram_client_key", "conn_string", "dsn"}) {
    EXPECT_TRUE(is_secret(name)) << name;
  }
  for (const std::string_view name : {"user", "host", "password_required", "aws_access_key_id", "api_key_id", "token_url", "key", "sslkey", "fetch_size"}) {
    EXPECT_FALSE(is_secret(name)) << name;
  }
}

TEST(Secrets, KnowsSecretValues) {
  EXPECT_TRUE(is_secret("url", "https://a:b@host/x"));
  EXPECT_TRUE(is_secret("url", "${URL}"));
  for (const std::string_view url : {"https://host:80/x@y", "https://a@host", "a:b@c", "://a:b@c", "https://h/?x=a:b@c", ""}) EXPECT_FALSE(is_secret("url", url)) << url;
}

std::string cut(std::string_view connection) {
  const Connection result = without_secrets(connection);
  std::string text = result.text;
  for (const auto& [name, value] : result.secrets) text += "|" + name + ":" + value;
  return text;
}

TEST(Secrets, TakesThemOutOfPairs) {
  EXPECT_EQ(cut("host=a dbname=b"), "host=a dbname=b");
  EXPECT_EQ(cut("host=a password=x dbname=b"), "host=a dbname=b|password:x");
  EXPECT_EQ(cut("password=x host=a"), "host=a|password:x");
  EXPECT_EQ(cut("host=a password = 'it\\'s a \\\\ b' port=1"), "host=a port=1|password:it's a \\ b");
  EXPECT_EQ(cut("host=a password=x\\ y"), "host=a|password:x y");
  EXPECT_EQ(cut("host=a application_name='password=x'"), "host=a application_name='password=x'");
  EXPECT_EQ(cut("password='x"), "|password:x");
  EXPECT_EQ(cut(""), "");
  EXPECT_EQ(cut("nonsense"), "nonsense");
  EXPECT_EQ(cut("password"), "password");
}

TEST(Secrets, TakesThemOutOfUris) {
  EXPECT_EQ(cut("postgresql://h/db"), "postgresql://h/db");
  EXPECT_EQ(cut("postgresql://u:p%20w@h:1/db?connect_timeout=3"), "postgresql://u@h:1/db?connect_timeout=3|password:p%20w");
  EXPECT_EQ(cut("postgres://u@h/db?password=p&a=b&sslpassword=q"), "postgres://u@h/db?a=b|password:p|sslpassword:q");
  EXPECT_EQ(cut("postgres://u:p@/db"), "postgres://u@/db|password:p");
  EXPECT_EQ(cut("postgres://u:a@b@h"), "postgres://u@h|password:a@b");
}

std::string filled(std::string_view statement, std::vector<std::string>* missing = nullptr) {
  const std::map<std::string, std::string> values = {{"PW", "it's \\ x"}, {"EMPTY", ""}};
  std::vector<std::string> unset;
  std::string text = fill(statement, [&](const std::string& name) { const auto at = values.find(name); return at == values.end() ? nullptr : at->second.c_str(); }, unset);
  if (missing != nullptr) *missing = unset;
  return text;
}

TEST(Secrets, FillsPlaceholdersWhereSecretsStand) {
  EXPECT_EQ(filled("CREATE USER MAPPING FOR a SERVER s OPTIONS (\"user\" 'a', password '${PW}')"),
            "CREATE USER MAPPING FOR a SERVER s OPTIONS (\"user\" 'a', password E'it''s \\\\ x')");
  EXPECT_EQ(filled("ALTER SERVER s OPTIONS (ADD api_key '${EMPTY}')"), "ALTER SERVER s OPTIONS (ADD api_key '')");
  EXPECT_EQ(filled("CREATE SUBSCRIPTION s CONNECTION 'host=a password=${PW}' PUBLICATION p"),
            "CREATE SUBSCRIPTION s CONNECTION E'host=a password=''it\\\\''s \\\\\\\\ x''' PUBLICATION p");
  EXPECT_EQ(filled("ALTER SUBSCRIPTION s CONNECTION 'postgresql://u@h?password=${PW}'"), "ALTER SUBSCRIPTION s CONNECTION 'postgresql://u@h?password=it%27s%20%5C%20x'");
  EXPECT_EQ(filled("COMMENT ON TABLE password IS '${PW}'"), "COMMENT ON TABLE password IS '${PW}'");
  EXPECT_EQ(filled("CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'select password ''${PW}'''"), "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'select password ''${PW}'''");
}

TEST(Secrets, NamesVariablesWithoutAValue) {
  std::vector<std::string> missing;
  const std::string statement = "CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (password '${NONE}', api_key '${NONE}')";
  EXPECT_EQ(filled(statement, &missing), statement);
  EXPECT_EQ(missing, std::vector<std::string>{"NONE"});
}

TEST(Secrets, ConnectionsGoBothWays) {
  for (const std::string_view connection : {"host=a dbname=b", "", "postgresql://u@h/db", "postgresql://u@h/db?a=b"}) {
    const Connection again = without_secrets(with_placeholder(connection, "password", "X"));
    EXPECT_EQ(again.text, connection);
    ASSERT_EQ(again.secrets.size(), 1U);
    EXPECT_EQ(variable(again.secrets.front().second), "X");
  }
  EXPECT_EQ(variable_name({"user mapping", "app", "far-away", "password"}), "LP_USER_MAPPING_APP_FAR_AWAY_PASSWORD");
}

}  // namespace
}  // namespace lpc::kinds::secrets
