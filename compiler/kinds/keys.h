// For kinds in the uniform shape `kind name(signature) { key = value … }`: reads the keys of a declaration and says what doesn't belong to it.
// Knows no kind.
#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "catalog/catalog.h"
#include "kinds/lower_context.h"
#include "kinds/lp_writer.h"

namespace lpc::kinds::keys {

/// One `key = value`.
struct Key {
  const std::string& name;
  const ast::Value& value;
  Span span;
};

/// Calls `take` for each key in the order of the sources, after a second one of the same name was reported. `take` gives false for a name that it doesn't know:
/// then LP2008 with the nearest of `known`. `about` is the declaration in words: "an aggregate".
void each(const ast::Decl& decl, LowerContext& context, std::string_view about, const std::vector<std::string_view>& known,
          const std::function<bool(const Key&)>& take);

/// Reports clauses that the grammar takes for some uniform declaration, but that aren't among `allowed` (those of every object and the keys always are).
void reject_others(const ast::Decl& decl, LowerContext& context, std::string_view about, std::initializer_list<std::string_view> allowed);

/// The value as text, whatever its shape: a string's contents, a word, a name or type as written.
std::string text(const ast::Value& value);
/// A name as SQL text: `ext."Parser"`; the schema pg_catalog goes without saying.
std::string name_text(const ast::Value& value);
/// The value as a name; empty when it isn't one (reported).
ast::Name name(const Key& key, LowerContext& context);
bool flag(const Key& key, LowerContext& context);

}  // namespace lpc::kinds::keys
