// Subscriptions. https://www.postgresql.org/docs/15/sql-createsubscription.html, https://www.postgresql.org/docs/15/sql-altersubscription.html
// lpc never contacts the publisher: a new subscription is made with `connect = false`, without a slot and disabled, so that a shadow server can have it and a
// transaction can hold it. Making the slot, REFRESH PUBLICATION and ENABLE are operations of their own, and whether a subscription is enabled is state, as in
// pg_dump's output. A dropped one leaves its slot on the publisher, and which tables were in step is lost with it.
#include <fmt/core.h>

#include <algorithm>

#include "base/text.h"
#include "kinds/common.h"
#include "kinds/foreign_options.h"
#include "kinds/security_labels.h"
#include "kinds/table_parts.h"

namespace lpc::kinds {
namespace {

constexpr std::string_view kSubscriptionDeclaredAs[] = {"subscription"};
constexpr std::string_view kNoSlot = "none";

// The connection may be read by superusers only, and a query that names the column fails for everyone else; ts_stat() runs the query that is its argument, which
// is done only where it can succeed.
#define LPC_SUBSCRIPTION_QUERY(options)                                                                                                                   \
  "select s.subname as _name, 'pg_subscription:' || s.oid as _aliases, to_json(s.subpublications) as publications, coalesce(s.subslotname, 'none') as slot_name,\n" \
  "  case when has_column_privilege('pg_subscription', 'subconninfo', 'select') then (select nullif(substr(w.word, strpos(w.word, ':') + 1), '')\n"      \
  "    from ts_stat('select array_to_tsvector(array[oid::text || '':'' || subconninfo]) from pg_subscription') w\n"                                      \
  "    where split_part(w.word, ':', 1) = s.oid::text) end as connection,\n"                                                                             \
  "  case when not has_column_privilege('pg_subscription', 'subconninfo', 'select') then json_build_array('connection', 'secrets', '_placeholders') end as _unreadable,\n" \
  "  json_build_array('connection', 'secrets') as _private,\n"                                                                                           \
  options                                                                                                                                                 \
  "  nullif(s.subsynccommit, 'off') as synchronous_commit, pg_get_userbyid(s.subowner) as owner, d.description as comment\n"                             \
  "from pg_subscription s\n"                                                                                                                              \
  "left join pg_description d on d.objoid = s.oid and d.classoid = 'pg_subscription'::regclass and d.objsubid = 0\n"                                     \
  "where s.subdbid = (select oid from pg_database where datname = current_database())"
#define LPC_OPTIONS_14 "  s.subbinary as \"binary\",\n"
#define LPC_OPTIONS_15 LPC_OPTIONS_14 "  s.subtwophasestate <> 'd' as two_phase, s.subdisableonerr as disable_on_error,\n"
#define LPC_OPTIONS_16                                                                                                                                    \
  LPC_OPTIONS_15 "  nullif(s.suborigin, 'any') as origin, case when not s.subpasswordrequired then 'false' end as password_required, s.subrunasowner as run_as_owner,\n"
#define LPC_OPTIONS_17 LPC_OPTIONS_16 "  s.subfailover as failover,\n"

// `streaming` was a boolean first; the default is `parallel` from 18 on.
constexpr IntrospectQuery kSubscriptionQueries[] = {
    {.sql = LPC_SUBSCRIPTION_QUERY(LPC_OPTIONS_17 "  case s.substream when 'f' then 'off' when 't' then 'on' end as streaming,\n"), .from_version = 180000},
    {.sql = LPC_SUBSCRIPTION_QUERY(LPC_OPTIONS_17 "  case s.substream when 'p' then 'parallel' when 't' then 'on' end as streaming,\n"), .from_version = 170000},
    {.sql = LPC_SUBSCRIPTION_QUERY(LPC_OPTIONS_16 "  case s.substream when 'p' then 'parallel' when 't' then 'on' end as streaming,\n"), .from_version = 160000},
    {.sql = LPC_SUBSCRIPTION_QUERY(LPC_OPTIONS_15 "  case when s.substream then 'on' end as streaming,\n"), .from_version = 150000},
    {.sql = LPC_SUBSCRIPTION_QUERY(LPC_OPTIONS_14 "  case when s.substream then 'on' end as streaming,\n"), .from_version = 140000},
    {.sql = LPC_SUBSCRIPTION_QUERY("")},
};
#undef LPC_SUBSCRIPTION_QUERY
#undef LPC_OPTIONS_14
#undef LPC_OPTIONS_15
#undef LPC_OPTIONS_16
#undef LPC_OPTIONS_17

// ---- the connection: an attribute without its secrets ---------------------------------------------------------------------------------------

/// Takes the secrets out of the connection; those that aren't placeholders are given back by name.
std::vector<std::string> take_secrets(Object& object, std::string_view connection) {
  const secrets::Connection cut = secrets::without_secrets(connection);
  std::vector<std::string> names, bare;
  Map placeholders;
  for (const auto& [name, value] : cut.secrets) {
    if (std::ranges::find(names, name) != names.end()) continue;
    names.push_back(name);
    if (const auto variable = secrets::variable(value)) {
      placeholders.emplace_back(name, Value(*variable));
    } else {
      bare.push_back(name);
    }
  }
  std::ranges::sort(names);
  object.attributes.remove("connection");
  if (!cut.text.empty()) object.attributes.set("connection", cut.text);
  if (cut.secrets.empty()) return bare;
  object.attributes.set("secrets", Value::strings(names));
  object.attributes.set("_placeholders", Value(std::move(placeholders)));
  return bare;
}

std::string written_connection(const Object& object) {
  std::string connection = object.attributes.text("connection");
  for (const std::string& secret : object.attributes.texts("secrets")) {
    connection = secrets::with_placeholder(connection, secret, secret_variable(object, secret));
  }
  return connection;
}

void normalise_subscriptions(CatalogBuilder& builder) {
  for (Object* object : builder.of(KindId::Subscription)) {
    if (!object->attributes.has("connection")) continue;
    const std::string connection = object->attributes.text("connection");
    (void)take_secrets(*object, connection);
  }
}

// ---- from .lp ------------------------------------------------------------------------------------------------------------------------------

bool is_on(std::string_view text) { return text == "true" || text == "on" || text == "1" || text == "yes"; }
bool is_off(std::string_view text) { return text == "false" || text == "off" || text == "0" || text == "no"; }

/// The options of CREATE SUBSCRIPTION that are what it is, and not what is done once.
void lower_option(const std::string& name, const std::string& value, const ast::Clause& clause, Object& object, LowerContext& context) {
  Attributes& attributes = object.attributes;
  const std::string word = to_lower_ascii(value);
  const auto wrong = [&](std::string_view needs) { context.error(diag::make(diag::Code::kWrongValue, clause.span, name, needs)); };
  if (name == "slot_name") {
    attributes.set("slot_name", word == kNoSlot ? word : value);
  } else if (name == "streaming") {
    if (word != "parallel" && !is_on(word) && !is_off(word)) return wrong("`on`, `off` or `parallel`");
    attributes.set("streaming", word == "parallel" ? "parallel" : is_on(word) ? "on" : "off");
  } else if (name == "synchronous_commit" || name == "origin") {
    const bool is_default = word == (name == "origin" ? "any" : "off");
    if (!is_default) attributes.set(name == "origin" ? "origin" : "synchronous_commit", word);
  } else if (name == "password_required") {
    if (!is_on(word) && !is_off(word)) return wrong("`true` or `false`");
    if (is_off(word)) attributes.set("password_required", "false");
  } else if (name == "connect" || name == "enabled" || name == "create_slot") {
    if (!is_off(word)) wrong("`false`: lpc contacts no publisher, so that is to be done by hand once the subscription is there");
  } else {
    for (const std::string_view flag : {"binary", "two_phase", "disable_on_error", "run_as_owner", "failover"}) {
      if (flag != name) continue;
      if (!is_on(word) && !is_off(word)) return wrong("`true` or `false`");
      attributes.set(flag, is_on(word));
      return;
    }
    context.error(diag::make(diag::Code::kUnknownKey, clause.span, "a subscription", name)
                      .with_suggestion(name, {"binary", "disable_on_error", "failover", "origin", "password_required", "run_as_owner", "slot_name", "streaming",
                                              "synchronous_commit", "two_phase"}, clause.span));
  }
}

void lower_subscription(const ast::Decl& decl, LowerContext& context) {
  const ast::Clause* connection = decl.clause("connection");
  const ast::Clause* publications = decl.clause("subscribed");
  const bool external = decl.external && connection == nullptr;
  if (!external && (connection == nullptr || publications == nullptr || decl.word_value() != "subscription" || publications->word_value() != "publication")) {
    context.error(diag::make(diag::Code::kMissingClause, decl.span, "a subscription", "connection '…' publication …"));
    return;
  }
  Object* object = context.add(decl, {KindId::Subscription, "", decl.name.last(), "", ""});
  if (object == nullptr) return;
  object->attributes.set("_private", Value::strings({"connection", "secrets"}));
  if (external) return;
  const std::string& text = connection->value(ast::Shape::string)->text;
  for (const std::string& secret : take_secrets(*object, text)) {
    context.error(diag::make(diag::Code::kWrongValue, connection->span, secret,
                             fmt::format("the name of an environment variable that holds the secret, as in {}={}", secret,
                                         secrets::placeholder(secret_variable(*object, secret)))));
  }
  std::vector<std::string> names;
  for (const ast::Value& value : publications->values) {
    if (value.shape == ast::Shape::name) names.push_back(value.name.last());
  }
  object->attributes.set("publications", Value::strings(names));
  object->attributes.set("slot_name", object->id.name.str());
  if (const ast::Clause* with = context.once(decl, "with")) {
    for (const auto& [name, value] : context.options(*with)) lower_option(name, value.text(), *with, *object, context);
  }
}

// ---- to SQL ----------------------------------------------------------------------------------------------------------------------------------

constexpr std::string_view kSubscriptionOptions[] = {"slot_name", "binary", "streaming", "synchronous_commit", "two_phase", "disable_on_error", "password_required",
                                         "run_as_owner", "origin", "failover"};

/// `binary = true`; an attribute that is absent has Postgres's default.
Sql option(const Object& object, std::string_view name, const ChangeContext& context) {
  const Value* value = object.attributes.find(name);
  const Sql word = fragment(name);
  if (name == "slot_name") return value == nullptr || value->text() == kNoSlot ? sql("slot_name = NONE") : sql("slot_name = {}", literal(value->text()));
  if (value != nullptr) return value->is_flag() ? sql("{} = true", word) : sql("{} = {}", word, literal(value->text()));
  if (name == "streaming") return context.server_version >= 180000 ? sql("streaming = parallel") : sql("streaming = off");
  if (name == "synchronous_commit") return sql("synchronous_commit = 'off'");
  if (name == "origin") return sql("origin = any");
  return name == "password_required" ? sql("password_required = true") : sql("{} = false", word);
}

Sql publication_list(const Object& object) { return ident_list(object.attributes.texts("publications")); }

void create_subscription(const Object& object, const ChangeContext& context, Action& action) {
  std::vector<Sql> options = {sql("connect = false")};
  for (const std::string_view name : kSubscriptionOptions) {
    const bool is_default = name == "slot_name" ? object.attributes.text(name) == object.id.name : !object.attributes.has(name);
    if (!is_default) options.push_back(option(object, name, context));
  }
  action.sql.push_back(sql("CREATE SUBSCRIPTION {} CONNECTION {} PUBLICATION {} WITH ({})", ident(object.id.name), literal(written_connection(object)),
                           publication_list(object), join(options, ", ")));
  describe(action, fmt::format("Create {}", spoken(object.id)));
}

/// Without a slot name nothing is asked of the publisher, which a transaction couldn't take back. Only a disabled subscription can go without one.
void detach_slot(const Object& object, Action& action) {
  action.sql.push_back(sql("ALTER SUBSCRIPTION {} DISABLE", ident(object.id.name)));
  action.sql.push_back(sql("ALTER SUBSCRIPTION {} SET (slot_name = NONE)", ident(object.id.name)));
}

void drop_subscription(const Object& object, const ChangeContext& context, Action& action) {
  const std::string& slot = object.attributes.text("slot_name");
  describe(action, slot == kNoSlot ? fmt::format("Drop {}", spoken(object.id)) : fmt::format("Drop {}; its slot {} stays on the publisher", spoken(object.id), slot));
  detach_slot(object, action);
  drop_plain(object, context, action);
}

void alter_connection(const Alteration& alteration, const ChangeContext&, Action& action) {
  const Object& after = alteration.after;
  action.sql.push_back(sql("ALTER SUBSCRIPTION {} CONNECTION {}", ident(after.id.name), literal(written_connection(after))));
  describe(action, fmt::format("Change the connection of {}", spoken(after.id)));
}

void alter_publications(const Alteration& alteration, const ChangeContext&, Action& action) {
  const Object& after = alteration.after;
  action.sql.push_back(sql("ALTER SUBSCRIPTION {} SET PUBLICATION {} WITH (refresh = false)", ident(after.id.name), publication_list(after)));
  describe(action, fmt::format("Change what {} subscribes to", spoken(after.id)));
}

void alter_subscription_options(const Alteration& alteration, const ChangeContext& context, Action& action) {
  const Object& after = alteration.after;
  describe(action, fmt::format("Change the options of {}", spoken(after.id)));
  std::vector<Sql> options;
  for (const std::string_view name : kSubscriptionOptions) {
    if (!alteration.has(name)) continue;
    if (name == "slot_name" && after.attributes.text(name) == kNoSlot) {
      detach_slot(after, action);
    } else {
      options.push_back(option(after, name, context));
    }
  }
  if (!options.empty()) action.sql.push_back(sql("ALTER SUBSCRIPTION {} SET ({})", ident(after.id.name), join(options, ", ")));
}

// ---- to .lp ----------------------------------------------------------------------------------------------------------------------------------

void print_subscription(const Object& object, const Catalog&, LpWriter& writer) {
  writer.doc(object).word("subscription").ident(object.id.name).word("connection").string(written_connection(object)).word("publication");
  bool first = true;
  for (const std::string& name : object.attributes.texts("publications")) {
    if (!first) writer.word(",");
    first = false;
    writer.ident(name);
  }
  Map options;
  for (const std::string_view name : kSubscriptionOptions) {
    const Value* value = object.attributes.find(name);
    if (value == nullptr || (name == "slot_name" && value->text() == object.id.name)) continue;
    options.emplace_back(name, value->is_flag() ? Value("true") : *value);
  }
  if (!options.empty()) writer.word("with").options(options);
  writer.owner(object).comment_clause(object).line();
}

std::vector<std::string> subscription_slots(const Object& object) { return {"subscription " + ident(object.id.name).text}; }

constexpr AttributeRule kSubscriptionRules[] = {
    {.name = "connection", .content = Content::text, .alter = alter_connection},
    {.name = "secrets", .content = Content::names, .alter = alter_connection},
    {.name = "publications", .content = Content::names, .alter = alter_publications},
    {.name = "slot_name", .content = Content::text, .alter = alter_subscription_options},
    {.name = "binary", .content = Content::flag, .alter = alter_subscription_options},
    {.name = "streaming", .content = Content::text, .alter = alter_subscription_options},
    {.name = "synchronous_commit", .content = Content::text, .alter = alter_subscription_options},
    {.name = "disable_on_error", .content = Content::flag, .alter = alter_subscription_options},
    {.name = "password_required", .content = Content::text, .alter = alter_subscription_options},
    {.name = "run_as_owner", .content = Content::flag, .alter = alter_subscription_options},
    {.name = "origin", .content = Content::text, .alter = alter_subscription_options},
    // What the slot has to agree with can't be changed without the publisher.
    {.name = "two_phase", .content = Content::flag},
    {.name = "failover", .content = Content::flag},
    kPlaceholdersRule,
    kUnreadableRule,
    kPrivateRule,
    kOwnerRule,
    kCommentRule,
    kSecurityLabelsRule,
};

}  // namespace

constexpr Kind kSubscription = {
    .id = KindId::Subscription,
    .sql_name = "SUBSCRIPTION",
    .declared_as = kSubscriptionDeclaredAs,
    .introspect = kSubscriptionQueries,
    .lower = lower_subscription,
    .normalise = normalise_subscriptions,
    .edges = nullptr,
    .create = create_subscription,
    .drop = drop_subscription,
    .rename = rename_plain,
    .inline_sql = nullptr,
    .folds = nullptr,
    .address = address_name,
    .attributes = kSubscriptionRules,
    .print_lp = print_subscription,
    .slots = subscription_slots,
    .traits = {.drop_hazard = diag::Code::kDropsData, .schemaless = true, .found_in = "pg_subscription"},
};
static_assert(is_complete(kSubscription));

}  // namespace lpc::kinds
