// The body of a routine in its three forms: a string that its language reads, `return …` and `begin atomic … end`.
#include <fmt/core.h>

#include "base/text.h"
#include "kinds/extension_dependencies.h"
#include "kinds/routine.h"

namespace lpc::kinds::routine {
namespace {

bool is_language(const Object& object, std::string_view name) { return to_lower_ascii(object.attributes.text("language")) == name; }

/// Where the text of a string stands in the source; nowhere when quotes inside it were written doubled.
Span inner_span(const ast::Value& value) {
  if (value.span.is_nowhere()) return {};
  const std::size_t around = value.span.end - value.span.begin - value.text.size();
  if (value.span.end - value.span.begin < value.text.size() || around % 2 != 0) return {};
  const auto side = static_cast<std::uint32_t>(around / 2);
  return {value.span.file, value.span.begin + side, value.span.end - side};
}

/// A function in C is named by its file and its symbol, which is the function's own name when unsaid.
void lower_strings(const ast::Decl& decl, const ast::Clause& clause, LowerContext& context, Object& object) {
  const ast::Value* first = clause.value(ast::Shape::string, 0);
  const ast::Value* second = clause.value(ast::Shape::string, 1);
  if (first == nullptr) return;
  if (is_language(object, "c")) {
    object.attributes.set("object_file", first->text);
    object.attributes.set("body", second == nullptr ? decl.name.last() : second->text);
    return;
  }
  object.attributes.set("body", first->text);
  if (is_language(object, "sql") && !trim(first->text).empty()) {
    const Span span = inner_span(*first);
    context.fragments.check(frontend::FragmentKind::statement, first->text, span.is_nowhere() ? first->span : span, context.sink);
  }
}

std::string statement_list(std::string_view text) {
  std::string body(trim(text));
  if (!body.empty() && !body.ends_with(';')) body += ';';
  return body;
}

}  // namespace

void lower_body(const ast::Decl& decl, LowerContext& context, Object& object) {
  const ast::Clause* string = context.once(decl, "body");
  const ast::Clause* returned = context.once(decl, "return");
  const ast::Clause* atomic = context.once(decl, "atomic");
  const auto report = [&](const char* missing) {
    if (!decl.external) context.error(diag::make(diag::Code::kMissingClause, decl.name_span, fmt::format("{} `{}`", decl.kind, decl.name.dotted()), missing));
  };
  if (const ast::Clause* language = context.once(decl, "language"); language != nullptr && !language->values.empty()) {
    const ast::Value& value = language->values.front();
    object.attributes.set("language", value.shape == ast::Shape::name ? value.name.last() : value.text);
  } else if (returned != nullptr || atomic != nullptr) {
    object.attributes.set("language", "sql");
  } else {
    report("language");
    return;
  }
  if (string != nullptr) {
    lower_strings(decl, *string, context, object);
  } else if (returned != nullptr) {
    if (const ast::Value* value = returned->value(ast::Shape::expression)) {
      object.attributes.set("return", context.sql(*value, frontend::FragmentKind::expression));
    }
  } else if (atomic != nullptr) {
    const ast::Value* value = atomic->value(ast::Shape::sql);
    if (value != nullptr && !value->text.empty()) context.fragments.check(frontend::FragmentKind::atomic_body, value->text, value->span, context.sink);
    object.attributes.set("atomic", statement_list(value == nullptr ? std::string_view() : value->text));
  } else {
    report("as");
  }
}

Sql body_clause(const Object& object) {
  const Attributes& attributes = object.attributes;
  if (attributes.has("return")) return sql("RETURN {}", parenthesised(attributes.text("return")));
  if (attributes.has("atomic")) return sql("BEGIN ATOMIC\n {}\nEND", fragment(attributes.text("atomic")));
  if (attributes.has("object_file")) return sql("AS {}, {}", literal(attributes.text("object_file")), literal(attributes.text("body")));
  return sql("AS {}", dollar_quoted(attributes.text("body")));
}

bool has_standard_body(const Object& object) { return object.attributes.has("return") || object.attributes.has("atomic"); }

bool is_torn_by_types(const Object& object, const Catalog&, const Catalog&, const std::function<bool(const ObjectId&)>&) { return has_standard_body(object); }

std::optional<Object> without_standard_body(const Object& object) {
  if (!has_standard_body(object)) return std::nullopt;
  Object empty = object;
  empty.attributes.remove("return");
  empty.attributes.remove("atomic");
  return empty;
}

void print_body(const Object& object, LpWriter& writer) {
  const Attributes& attributes = object.attributes;
  if (attributes.has("return")) {
    writer.word("return").expression(attributes.text("return"));
  } else if (attributes.has("atomic")) {
    writer.word("begin atomic").word(attributes.text("atomic")).word("end");
  } else if (attributes.has("object_file")) {
    writer.word("as").string(attributes.text("object_file")).word(",").string(attributes.text("body"));
  } else if (attributes.has("body")) {
    writer.word("as").body(attributes.text("body"));
  }
}

void link_routine(const Object& object, const Sql& statement, LinkContext& context) {
  link_extension_dependencies(object, context);
  for (const Parameter& parameter : parameters_of(object)) {
    context.type(parameter.type);
    if (!parameter.default_expression.empty()) context.sql(frontend::FragmentKind::expression, parameter.default_expression);
  }
  const std::string& language = object.attributes.text("language");
  context.object({KindId::Language, "", language, "", ""});
  for (const std::string& type : object.attributes.texts("transforms")) {
    context.type(type);
    context.object({KindId::Transform, "", fmt::format("{} LANGUAGE {}", type, language), "", ""});
  }
  if (object.attributes.has("atomic")) context.sql(frontend::FragmentKind::atomic_body, object.attributes.text("atomic"));
  const std::string& body = object.attributes.text("body");
  if (trim(body).empty()) return;
  if (is_language(object, "sql")) context.body(frontend::FragmentKind::statement, body);
  if (is_language(object, "plpgsql")) context.body(frontend::FragmentKind::plpgsql, statement.text);
}

}  // namespace lpc::kinds::routine
