// The compiler cuts its text with frontend/lex; grammar/LockplaneLexer.g4 says what the tokens are. They must agree.
#include <antlr4-runtime.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "LockplaneLexer.h"
#include "frontend/lex.h"

namespace lpc::frontend {
namespace {

/// The tokens of the generated lexer as "TYPE text" lines. Key words are folded by hand: the grammar knows them in lower case.
std::string by_grammar(const std::string& text) {
  antlr4::ANTLRInputStream stream(text);
  grammar::LockplaneLexer lexer(&stream);
  lexer.removeErrorListeners();
  std::string out;
  for (auto token = lexer.nextToken(); token->getType() != antlr4::Token::EOF; token = lexer.nextToken()) {
    std::size_t type = token->getType();
    if (type == T_SOFT_WORD) type = word_type(token->getText());
    out += std::string(token_name(static_cast<std::uint16_t>(type))) + ' ' + token->getText() + '\n';
  }
  return out;
}

std::string by_hand(const std::string& text) {
  Lexer lexer(text);
  std::string out;
  for (LexToken token = lexer.next_any(); token.type != T_EOF; token = lexer.next_any()) {
    out += std::string(token_name(token.type)) + ' ' + std::string(token.text(text)) + '\n';
  }
  return out;
}

TEST(LexerGrammar, AgreesOnEveryConstruct) {
  std::ifstream in(std::string(LPC_SOURCE_DIR) + "/tests/unit/inputs/every_construct.lp");
  std::string text{std::istreambuf_iterator<char>(in), {}};
  // The generated lexer stops after the opening `$tag$`.
  for (std::size_t at = text.find('$'); at != std::string::npos; at = text.find('$', at)) text[at] = ' ';
  EXPECT_EQ(by_hand(text), by_grammar(text));
}

TEST(LexerGrammar, AgreesOnLiteralsAndComments) {
  const std::string text = R"(e'a\'b''c' E'\\' b'01' X'ff' n'x' u&'\0061' U&"d" "a""b" 'x''y' 1 1.5 .5 1e10 1.5E-3 0x1F 1_000
--- doc
---- ruler
---
-- line
--
/* a /* nested */ b */ @hint @Hint_2 a$b größe $1 a::b :: := <= || [1] {x} % ; ~ ! : @> @ x)";
  EXPECT_EQ(by_hand(text), by_grammar(text));
}

TEST(LexerGrammar, NumbersTokensAlike) {
  const antlr4::dfa::Vocabulary& vocabulary = [] () -> const antlr4::dfa::Vocabulary& {
    static antlr4::ANTLRInputStream empty("");
    static grammar::LockplaneLexer lexer(&empty);
    return lexer.getVocabulary();
  }();
  for (std::uint16_t type = 1; type <= T_OTHER; ++type) EXPECT_EQ(vocabulary.getSymbolicName(type), token_name(type));
}

}  // namespace
}  // namespace lpc::frontend
