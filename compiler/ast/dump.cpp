#include "ast/dump.h"

#include <fmt/core.h>

namespace lpc::ast {
namespace {

/// Texts on one line, in quotes, so that blanks and line ends are seen.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  return out + '"';
}

std::string_view shape_name(Shape shape) {
  switch (shape) {
    case Shape::word: return "word";
    case Shape::name: return "name";
    case Shape::string: return "string";
    case Shape::number: return "number";
    case Shape::sql: return "sql";
    case Shape::expression: return "expression";
    case Shape::type: return "type";
    case Shape::names: return "names";
    case Shape::option: return "option";
  }
  return "";
}

class Dumper {
 public:
  explicit Dumper(const SourceMap& sources) : sources_(sources) {}

  std::string take() { return std::move(out_); }

  void file(const File& file) {
    for (const Import& import : file.imports) line(0, fmt::format("import {} {}", quoted(import.path), place(import.span)));
    for (const Decl& decl : file.declarations) declaration(decl, 0);
  }

 private:
  void declaration(const Decl& decl, int depth) {
    std::string head = decl.external ? "external " + decl.kind : decl.kind;
    if (decl.uniform) head = "uniform " + head;
    if (!decl.name.empty()) head += ' ' + name(decl.name);
    line(depth, head + ' ' + place(decl.span));
    if (decl.doc) line(depth + 1, "doc " + quoted(*decl.doc));
    for (const Hint& hint : decl.hints) {
      line(depth + 1, "@" + hint.name);
      values(hint.arguments, depth + 2);
    }
    values(decl.values, depth + 1);
    clauses(decl.clauses, depth + 1);
    for (const Decl& member : decl.members) declaration(member, depth + 1);
  }

  void clauses(const std::vector<Clause>& list, int depth) {
    for (const Clause& clause : list) {
      line(depth, "." + clause.word);
      values(clause.values, depth + 1);
      clauses(clause.clauses, depth + 1);
    }
  }

  void values(const std::vector<Value>& list, int depth) {
    for (const Value& value : list) {
      std::string text(shape_name(value.shape));
      if (!value.name.empty()) text += ' ' + name(value.name);
      if (value.shape != Shape::name && value.shape != Shape::names && value.shape != Shape::option) text += ' ' + quoted(value.text);
      line(depth, text);
      values(value.items, depth + 1);
    }
  }

  static std::string name(const Name& name) {
    std::string out;
    for (const Ident& part : name.parts) {
      if (!out.empty()) out += '.';
      out += quoted(part.text);
    }
    return out;
  }

  std::string place(const Span& span) const {
    if (span.is_nowhere()) return "";
    const SourceBuffer& source = sources_.at(span.file);
    const Position begin = source.position(span.begin);
    const Position end = source.position(span.end);
    return fmt::format("[{}:{}-{}:{}]", begin.line, begin.column, end.line, end.column);
  }

  void line(int depth, const std::string& text) {
    out_.append(static_cast<std::size_t>(depth) * 2, ' ');
    out_ += text;
    out_ += '\n';
  }

  const SourceMap& sources_;
  std::string out_;
};

}  // namespace

std::string dump(const File& file, const SourceMap& sources) {
  Dumper dumper(sources);
  dumper.file(file);
  return dumper.take();
}

}  // namespace lpc::ast
