// The only file that sees ANTLR: feeds it tokens, keeps what it needs of its tree, and turns its exceptions into values.
#include <antlr4-runtime.h>

#include "LockplaneParser.h"
#include "frontend/parse_grammar.h"

namespace lpc::frontend {
namespace {

using grammar::LockplaneParser;

constexpr std::size_t kMostForFullContext = 20000;

/// A token as ANTLR wants to see it. Its text is never asked for: messages are made from LexTokens.
class StreamToken final : public antlr4::Token {
 public:
  StreamToken() = default;
  StreamToken(std::size_t type, std::size_t index) : type_(type), index_(index) {}

  std::string getText() const override { return {}; }
  std::size_t getType() const override { return type_; }
  std::size_t getLine() const override { return 0; }
  std::size_t getCharPositionInLine() const override { return 0; }
  std::size_t getChannel() const override { return DEFAULT_CHANNEL; }
  std::size_t getTokenIndex() const override { return index_; }
  std::size_t getStartIndex() const override { return index_; }
  std::size_t getStopIndex() const override { return index_; }
  antlr4::TokenSource* getTokenSource() const override { return nullptr; }
  antlr4::CharStream* getInputStream() const override { return nullptr; }
  std::string toString() const override { return {}; }

 private:
  std::size_t type_ = EOF;
  std::size_t index_ = 0;
};

class Stream final : public antlr4::TokenStream {
 public:
  void fill(const std::vector<LexToken>& tokens) {
    tokens_.clear();
    tokens_.reserve(tokens.size() + 1);
    for (std::size_t i = 0; i < tokens.size(); ++i) tokens_.emplace_back(tokens[i].type, i);
    tokens_.emplace_back(antlr4::Token::EOF, tokens.size());
    index_ = 0;
  }

  void consume() override {
    if (index_ + 1 < tokens_.size()) ++index_;
  }
  std::size_t LA(ssize_t k) override { return tokens_[place(k)].getType(); }
  antlr4::Token* LT(ssize_t k) override { return &tokens_[place(k)]; }
  antlr4::Token* get(std::size_t index) const override { return const_cast<StreamToken*>(&tokens_[index]); }
  ssize_t mark() override { return 0; }
  void release(ssize_t) override {}
  std::size_t index() override { return index_; }
  void seek(std::size_t index) override { index_ = std::min(index, tokens_.size() - 1); }
  std::size_t size() override { return tokens_.size(); }
  std::string getSourceName() const override { return {}; }
  antlr4::TokenSource* getTokenSource() const override { return nullptr; }
  std::string getText(const antlr4::misc::Interval&) override { return {}; }
  std::string getText() override { return {}; }
  std::string getText(antlr4::RuleContext*) override { return {}; }
  std::string getText(antlr4::Token*, antlr4::Token*) override { return {}; }

 private:
  std::size_t place(ssize_t k) const {
    if (k < 0) return index_ == 0 ? 0 : index_ - 1;
    return std::min(index_ + static_cast<std::size_t>(k) - 1, tokens_.size() - 1);
  }

  std::vector<StreamToken> tokens_ = std::vector<StreamToken>(1);
  std::size_t index_ = 0;
};

/// Predicts with tables of its own, so that it needs no lock to read them: one simulator serves one thread. What they know already is found by following them; the runtime's own way
/// there clears, each time, a hash table that once was big.
class Simulator final : public antlr4::atn::ParserATNSimulator {
 public:
  Simulator(antlr4::Parser* parser, const antlr4::atn::ATN& atn, std::vector<antlr4::dfa::DFA>& tables, antlr4::atn::PredictionContextCache& contexts)
      : ParserATNSimulator(parser, atn, tables, contexts) {}

  std::size_t adaptivePredict(antlr4::TokenStream* input, std::size_t decision, antlr4::ParserRuleContext* outer) override {
    const std::optional<std::size_t> known = known_prediction(static_cast<Stream&>(*input), decisionToDFA[decision]);
    return known ? *known : ParserATNSimulator::adaptivePredict(input, decision, outer);
  }

 protected:
  antlr4::dfa::DFAState* getExistingTargetState(antlr4::dfa::DFAState* from, std::size_t token) override {
    const auto edge = from->edges.find(token);
    return edge == from->edges.end() ? nullptr : edge->second;
  }

 private:
  /// As execATN() does, as long as each state is there.
  std::optional<std::size_t> known_prediction(Stream& input, const antlr4::dfa::DFA& table) {
    if (table.isPrecedenceDfa()) return std::nullopt;
    antlr4::dfa::DFAState* state = table.s0;
    for (ssize_t ahead = 1; state != nullptr && state != ERROR.get(); ++ahead) {
      state = getExistingTargetState(state, input.LA(ahead));
      if (state == nullptr || !state->isAcceptState) continue;
      const bool is_decided = state->predicates.empty() && (!state->requiresFullContext || getPredictionMode() == antlr4::atn::PredictionMode::SLL);
      return is_decided ? std::optional(state->prediction) : std::nullopt;
    }
    return std::nullopt;
  }
};

/// Stops at the first mistake and remembers it. Recovery is a matter of declarations and members, not of tokens: see recover.h.
class StopAtError final : public antlr4::ANTLRErrorStrategy {
 public:
  std::optional<SyntaxError> error;

  void reset(antlr4::Parser*) override { error.reset(); }
  void sync(antlr4::Parser*) override {}
  bool inErrorRecoveryMode(antlr4::Parser*) override { return false; }
  void reportMatch(antlr4::Parser*) override {}

  antlr4::Token* recoverInline(antlr4::Parser* parser) override {
    remember(*parser, parser->getCurrentToken()->getTokenIndex());
    expect(parser->getExpectedTokens());
    throw antlr4::ParseCancellationException();
  }
  void recover(antlr4::Parser*, std::exception_ptr) override { throw antlr4::ParseCancellationException(); }

  void reportError(antlr4::Parser* parser, const antlr4::RecognitionException& mistake) override {
    const antlr4::Token* const token = mistake.getOffendingToken();
    remember(*parser, token == nullptr ? parser->getCurrentToken()->getTokenIndex() : token->getTokenIndex());
    const auto* const no_alternative = dynamic_cast<const antlr4::NoViableAltException*>(&mistake);
    if (no_alternative != nullptr && no_alternative->getDeadEndConfigs() != nullptr) {
      for (const auto& config : no_alternative->getDeadEndConfigs()->configs) expect(parser->getATN().nextTokens(config->state));
    } else {
      expect(parser->getExpectedTokens());
    }
  }

 private:
  void remember(antlr4::Parser& parser, std::size_t token) {
    error.emplace();
    error->token = token;
    for (const antlr4::RuleContext* rule = parser.getRuleContext(); rule != nullptr; rule = static_cast<antlr4::RuleContext*>(rule->parent)) {
      error->rules.push_back(static_cast<std::uint16_t>(rule->getRuleIndex()));
    }
  }
  void expect(const antlr4::misc::IntervalSet& tokens) {
    for (const auto& interval : tokens.getIntervals()) {
      if (interval.a < 1 || interval.b > T_OTHER) {
        if (interval.a == static_cast<ssize_t>(antlr4::Token::EOF)) error->expected.push_back(T_EOF);
        continue;
      }
      for (ssize_t type = interval.a; type <= interval.b; ++type) error->expected.push_back(static_cast<std::uint16_t>(type));
    }
  }
};

/// Keeps no parse tree of ANTLR's, only where each rule begins and ends.
class RecordingParser final : public LockplaneParser {
 public:
  explicit RecordingParser(Stream* stream) : LockplaneParser(stream), stream_(*stream) {
    setBuildParseTree(false);
    // Parser calls the two hooks below only when there is a listener.
    addParseListener(&nobody_);
  }

  void record_into(Tree* tree) {
    tree_ = tree;
    open_.clear();
  }

  antlr4::Token* consume() override {
    antlr4::Token* const token = stream_.LT(1);
    stream_.consume();
    return token;
  }
  void triggerEnterRuleEvent() override {
    open_.push_back(static_cast<std::uint32_t>(tree_->size()));
    tree_->push_back({static_cast<std::uint16_t>(_ctx->getRuleIndex()), static_cast<std::uint32_t>(stream_.index()), 0, 0});
  }
  void triggerExitRuleEvent() override {
    TreeNode& node = (*tree_)[open_.back()];
    open_.pop_back();
    node.last = static_cast<std::uint32_t>(stream_.index());
    node.next = static_cast<std::uint32_t>(tree_->size());
  }

 private:
  class Nobody final : public antlr4::tree::ParseTreeListener {
    void visitTerminal(antlr4::tree::TerminalNode*) override {}
    void visitErrorNode(antlr4::tree::ErrorNode*) override {}
    void enterEveryRule(antlr4::ParserRuleContext*) override {}
    void exitEveryRule(antlr4::ParserRuleContext*) override {}
  };

  Stream& stream_;
  Nobody nobody_;
  Tree* tree_ = nullptr;
  std::vector<std::uint32_t> open_;
};

void enter(LockplaneParser& parser, Entry entry) {
  switch (entry) {
    case Entry::declarations: parser.declarations(); return;
    case Entry::table_members: parser.tableMembers(); return;
    case Entry::view_members: parser.viewMembers(); return;
    case Entry::role_members: parser.roleMembers(); return;
    case Entry::enum_members: parser.enumMembers(); return;
    case Entry::composite_members: parser.compositeMembers(); return;
    case Entry::uniform_members: parser.uniformMembers(); return;
  }
}

}  // namespace

struct Grammar::Impl {
  std::vector<antlr4::dfa::DFA> tables;
  antlr4::atn::PredictionContextCache contexts;
  Stream stream;
  RecordingParser parser{&stream};
  std::shared_ptr<StopAtError> strategy = std::make_shared<StopAtError>();

  Impl() {
    const antlr4::atn::ATN& atn = parser.getATN();
    for (std::size_t i = 0; i < atn.getNumberOfDecisions(); ++i) tables.emplace_back(atn.getDecisionState(i), i);
    parser.setInterpreter(new Simulator(&parser, atn, tables, contexts));   // the parser deletes it
    parser.removeErrorListeners();
    parser.setErrorHandler(strategy);
  }

  std::optional<SyntaxError> run(Entry entry, antlr4::atn::PredictionMode mode, Tree& tree) {
    tree.clear();
    stream.seek(0);
    parser.record_into(&tree);
    parser.reset();
    strategy->error.reset();
    parser.getInterpreter<antlr4::atn::ParserATNSimulator>()->setPredictionMode(mode);
    try {
      enter(parser, entry);
    } catch (const antlr4::ParseCancellationException&) {
    }
    parser.getTreeTracker().reset();
    return std::move(strategy->error);
  }
};

Grammar::Grammar() : impl_(std::make_unique<Impl>()) {}
Grammar::~Grammar() = default;

std::optional<SyntaxError> Grammar::parse(const std::vector<LexToken>& tokens, Entry entry, Tree& tree) {
  impl_->stream.fill(tokens);
  // SLL is exact for nearly all input and much faster; only what it refuses is worth the full algorithm, which remembers nothing from
  // one decision to the next and so isn't for megabytes.
  auto error = impl_->run(entry, antlr4::atn::PredictionMode::SLL, tree);
  if (!error || tokens.size() > kMostForFullContext) return error;
  return impl_->run(entry, antlr4::atn::PredictionMode::LL, tree);
}

const std::vector<std::string>& Grammar::rule_names() const { return impl_->parser.getRuleNames(); }

}  // namespace lpc::frontend
