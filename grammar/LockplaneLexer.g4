// The words and symbols of .lp files: what Postgres's lexer does with SQL, plus hints and documentation comments.
// https://www.postgresql.org/docs/current/sql-syntax-lexical.html
//
// This file numbers and names the tokens and states what each one is. The compiler cuts its text with base/sql_scan instead of
// the generated lexer (compiler/frontend/lex.cpp: ten times as fast, and the splitter needs it anyway); tests/unit/lexer_grammar_test.cpp
// holds the two against each other. What a rule of ANTLR can't say is said there as well:
//   - key words are recognised in any case;
//   - DOLLAR_STRING matches the opening `$tag$`, and the token goes on to the next `$tag$`;
//   - characters are bytes, so that offsets need no translation: every byte from 0x80 on is a letter.
lexer grammar LockplaneLexer;

// Stands before a line that begins a member by its place; the splitter puts it there (compiler/frontend/split.cpp).
tokens { LAYOUT }

// ---- key words ------------------------------------------------------------------------------------------------------------

ACTION : 'action' ;           AFTER : 'after' ;             ALL : 'all' ;                 ALSO : 'also' ;
ALTER : 'alter' ;             ALWAYS : 'always' ;           ARRAY : 'array' ;             AS : 'as' ;
ATOMIC : 'atomic' ;           ATTACH : 'attach' ;           BEFORE : 'before' ;           BEGIN : 'begin' ;
BIGINT : 'bigint' ;           BIT : 'bit' ;                 BY : 'by' ;                   CACHE : 'cache' ;
CALLED : 'called' ;           CASCADE : 'cascade' ;         CASCADED : 'cascaded' ;       CASE : 'case' ;
CHAR : 'char' ;               CHARACTER : 'character' ;     CHECK : 'check' ;             CLUSTER : 'cluster' ;
COLLATE : 'collate' ;         COLUMN : 'column' ;           COMMENT : 'comment' ;
COMPRESSION : 'compression' ; CONNECTION : 'connection' ;   CONSTRAINT : 'constraint' ;   COST : 'cost' ;
CYCLE : 'cycle' ;             DATA : 'data' ;               DATABASE : 'database' ;       DAY : 'day' ;
DEFAULT : 'default' ;
DEFERRABLE : 'deferrable' ;   DEFERRED : 'deferred' ;       DEFINER : 'definer' ;         DELETE : 'delete' ;
DISABLED : 'disabled' ;       DISTINCT : 'distinct' ;       DO : 'do' ;                   DOMAIN : 'domain' ;
DOUBLE : 'double' ;           EACH : 'each' ;               ENABLED : 'enabled' ;         END : 'end' ;
ENFORCED : 'enforced' ;       ENUM : 'enum' ;               EXCLUDE : 'exclude' ;         EXECUTE : 'execute' ;
EXTENSION : 'extension' ;     EXTERNAL : 'external' ;       FALSE : 'false' ;             FOR : 'for' ;
FORCED : 'forced' ;           FOREIGN : 'foreign' ;         FROM : 'from' ;               FULL : 'full' ;
FUNCTION : 'function' ;       FUNCTIONS : 'functions' ;     GENERATED : 'generated' ;     GRANT : 'grant' ;
GRANTED : 'granted' ;         HASH : 'hash' ;               HOUR : 'hour' ;               IDENTITY : 'identity' ;
IMMEDIATE : 'immediate' ;     IMMUTABLE : 'immutable' ;     IMPORT : 'import' ;           IN : 'in' ;
INCLUDE : 'include' ;         INCREMENT : 'increment' ;     INDEX : 'index' ;             INHERIT : 'inherit' ;
INHERITS : 'inherits' ;       INITIALLY : 'initially' ;     INPUT : 'input' ;             INSERT : 'insert' ;
INSTEAD : 'instead' ;         INT : 'int' ;                 INTEGER : 'integer' ;         INTERVAL : 'interval' ;
INVOKER : 'invoker' ;         KEY : 'key' ;                 LANGUAGE : 'language' ;       LEAKPROOF : 'leakproof' ;
LEVEL : 'level' ;             LIMIT : 'limit' ;             LIST : 'list' ;               LOCAL : 'local' ;               LOGGED : 'logged' ;
MATCH : 'match' ;             MATERIALIZED : 'materialized' ; MAXVALUE : 'maxvalue' ;       MEMBER : 'member' ;
MINUTE : 'minute' ;           MINVALUE : 'minvalue' ;       MIX : 'mix' ;                 MONTH : 'month' ;
NAME : 'name' ;               NATIONAL : 'national' ;       NEW : 'new' ;                 NO : 'no' ;
NOT : 'not' ;                 NOTHING : 'nothing' ;         NULL_WORD : 'null' ;          NULLS : 'nulls' ;
OF : 'of' ;                   OLD : 'old' ;                 ON : 'on' ;                   ONLY : 'only' ;
OPTION : 'option' ;           OPTIONS : 'options' ;         OR : 'or' ;                   ORDER : 'order' ;
OVERLAPS : 'overlaps' ;       OWNED : 'owned' ;             OWNER : 'owner' ;             PARALLEL : 'parallel' ;       PARTIAL : 'partial' ;
PARTITION : 'partition' ;     PARTITIONS : 'partitions' ;   PERIOD : 'period' ;           PERMISSIVE : 'permissive' ;   POLICY : 'policy' ;           PRECISION : 'precision' ;
PRIMARY : 'primary' ;         PRIVILEGES : 'privileges' ;   PROCEDURE : 'procedure' ;     RANGE : 'range' ;
RECURSIVE : 'recursive' ;     REFERENCES : 'references' ;   REFERENCING : 'referencing' ; REPLICA : 'replica' ;
RESTRICT : 'restrict' ;       RESTRICTED : 'restricted' ;   RESTRICTIVE : 'restrictive' ; RETURN : 'return' ;
RETURNS : 'returns' ;         REVOKE : 'revoke' ;           ROLE : 'role' ;               ROUTINES : 'routines' ;
ROW : 'row' ;                 ROWS : 'rows' ;               RULE : 'rule' ;               SAFE : 'safe' ;
SCHEMA : 'schema' ;           SCHEMAS : 'schemas' ;         SECOND : 'second' ;           SECURITY : 'security' ;
SELECT : 'select' ;           SEQUENCE : 'sequence' ;       SEQUENCES : 'sequences' ;     SERVER : 'server' ;           SET : 'set' ;
SETOF : 'setof' ;             SIMPLE : 'simple' ;           SMALLINT : 'smallint' ;       STABLE : 'stable' ;
START : 'start' ;             STATEMENT : 'statement' ;     STATISTICS : 'statistics' ;   STORAGE : 'storage' ;
STORED : 'stored' ;           STRICT : 'strict' ;           SUPPORT : 'support' ;         SYSTEM : 'system' ;
TABLE : 'table' ;             TABLES : 'tables' ;           TABLESPACE : 'tablespace' ;   TIME : 'time' ;
TO : 'to' ;                   TRANSFORM : 'transform' ;     TRIGGER : 'trigger' ;         TRUE : 'true' ;
TRUNCATE : 'truncate' ;       TYPE : 'type' ;               TYPES : 'types' ;             UNIQUE : 'unique' ;
UNLOGGED : 'unlogged' ;       UNSAFE : 'unsafe' ;           UNTIL : 'until' ;             UPDATE : 'update' ;
USING : 'using' ;             VALID : 'valid' ;             VALUES : 'values' ;           VARYING : 'varying' ;
VERSION : 'version' ;         VIEW : 'view' ;               VIRTUAL : 'virtual' ;         VOLATILE : 'volatile' ;
WHEN : 'when' ;               WHERE : 'where' ;             WINDOW : 'window' ;           WITH : 'with' ;
WITHOUT : 'without' ;         YEAR : 'year' ;               ZONE : 'zone' ;

// ---- symbols --------------------------------------------------------------------------------------------------------------

LEFT_PAREN : '(' ;   RIGHT_PAREN : ')' ;   LEFT_BRACKET : '[' ;   RIGHT_BRACKET : ']' ;   LEFT_BRACE : '{' ;   RIGHT_BRACE : '}' ;
COMMA : ',' ;        DOT : '.' ;           EQUALS : '=' ;         MINUS : '-' ;           PLUS : '+' ;         PERCENT : '%' ;
CAST : '::' ;

// ---- literals and names ---------------------------------------------------------------------------------------------------

HINT          : '@' SOFT_WORD ;
STRING        : [eE] '\'' ( '\\' . | '\'\'' | ~['\\] )* '\''
              | ( [bBxXnN] | [uU] '&' )? '\'' ( '\'\'' | ~['] )* '\'' ;
QUOTED_NAME   : ( [uU] '&' )? '"' ( '""' | ~["] )* '"' ;
DOLLAR_STRING : '$' ( LETTER ( LETTER | DIGIT )* )? '$' ;
NUMBER        : ( DIGIT | '.' DIGIT ) ( DIGIT | LETTER | '.' | [eE] [+-] )* ;
SOFT_WORD     : LETTER ( LETTER | DIGIT | '$' )* ;

// ---- hidden ---------------------------------------------------------------------------------------------------------------

BLANK         : [ \t\r\n\f\u000B]+ -> channel(HIDDEN) ;
DOC           : '---' ( ~[-\r\n] ~[\r\n]* )? -> channel(HIDDEN) ;
LINE_COMMENT  : '--' ~[\r\n]* -> channel(HIDDEN) ;
BLOCK_COMMENT : '/*' ( BLOCK_COMMENT | . )*? '*/' -> channel(HIDDEN) ;

// So that lexing never fails.
OTHER : . ;

fragment LETTER : [a-zA-Z_\u0080-\uFFFF] ;
fragment DIGIT  : [0-9] ;

