#include "frontend/sql_fragment.h"

#include <algorithm>
#include <unordered_map>

#include "frontend/sql_fragment_newer.h"
#include "frontend/sql_fragment_plpgsql.h"
#include "frontend/sql_fragment_references.h"
#include "frontend/sql_fragment_scan.h"
#include "frontend/sql_fragment_wrapper.h"

namespace lpc::frontend {
namespace {

struct MemoKey {
  FragmentKind kind;
  std::string text;
};
struct MemoView {
  FragmentKind kind;
  std::string_view text;
};
struct MemoHash {
  using is_transparent = void;
  std::size_t operator()(const MemoView& key) const { return std::hash<std::string_view>()(key.text) * 31 + static_cast<std::size_t>(key.kind); }
  std::size_t operator()(const MemoKey& key) const { return (*this)(MemoView{key.kind, key.text}); }
};
struct MemoEqual {
  using is_transparent = void;
  template <class A, class B>
  bool operator()(const A& a, const B& b) const {
    return a.kind == b.kind && a.text == b.text;
  }
};

/// An index element's column has no place in the parser's tree; it is its element's first word.
void place_columns(std::string_view text, References& references) {
  std::vector<SqlName>& columns = references.columns;
  for (const std::string_view item : split_list(text)) {
    const std::vector<Piece> pieces = pieces_of(item.substr(0, std::min<std::size_t>(item.size(), 200)));
    if (pieces.empty()) continue;
    const std::string name = identifier_of(pieces.front());
    for (SqlName& column : columns) {
      if (column.offset == UINT32_MAX && column.parts.size() == 1 && column.parts[0] == name) {
        column.offset = static_cast<std::uint32_t>(item.data() - text.data()) + pieces.front().begin;
      }
    }
  }
}

Fragment make_fragment(FragmentKind kind, std::string_view text) {
  Fragment fragment;
  WrappedParse parsed = parse_wrapped(kind, text);
  if (parsed.error) {
    fragment.error = std::move(parsed.error);
    return fragment;
  }
  ReferenceCollector collector(fragment.references);
  if (kind == FragmentKind::plpgsql) {
    collect_plpgsql(text, parsed.content, collector);
  } else {
    collector.collect(parsed.content, parsed.prefix, static_cast<std::uint32_t>(text.size()));
  }
  if (kind == FragmentKind::index_columns || kind == FragmentKind::exclude_elements) place_columns(text, fragment.references);
  return fragment;
}

/// The place of the token at `offset` of the text that `span` covers.
Span span_of_token(std::string_view text, std::uint32_t offset, Span span) {
  if (span.is_nowhere()) return span;
  const std::uint32_t length = span.end - span.begin;
  const std::uint32_t begin = std::min(offset, length);
  std::uint32_t end = begin;
  if (offset < text.size()) end = std::min(static_cast<std::uint32_t>(scan_lexeme(text, offset).end), length);
  return {span.file, span.begin + begin, span.begin + std::max(begin, end)};
}

}  // namespace

struct FragmentParser::Impl {
  std::unordered_map<MemoKey, Fragment, MemoHash, MemoEqual> memo;
};

FragmentParser::FragmentParser() : impl_(std::make_unique<Impl>()) {}
FragmentParser::~FragmentParser() = default;

const Fragment& FragmentParser::parse(FragmentKind kind, std::string_view text) {
  const auto known = impl_->memo.find(MemoView{kind, text});
  if (known != impl_->memo.end()) return known->second;
  return impl_->memo.emplace(MemoKey{kind, std::string(text)}, make_fragment(kind, text)).first->second;
}

const Fragment& FragmentParser::check(FragmentKind kind, std::string_view text, Span span, diag::Sink& sink) {
  const Fragment& fragment = parse(kind, text);
  if (!fragment.error) return fragment;
  const Span place = span_of_token(text, fragment.error->offset, span);
  if (const std::optional<std::string> newer = newer_syntax(text, *fragment.error)) {
    sink.add(diag::make(diag::Code::kNewerSyntax, place, *newer));
  } else {
    sink.add(diag::make(diag::Code::kBadSql, place, fragment.error->message));
  }
  return fragment;
}

}  // namespace lpc::frontend
