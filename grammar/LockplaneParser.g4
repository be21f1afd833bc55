// The grammar of .lp files. grammar/README.md shows it as EBNF with examples.
//
// The tree becomes ast::File by naming convention alone (compiler/frontend/build_tree.cpp), so that a new clause is a new rule here
// and nothing else in the front end:
//   fooDecl    a declaration of kind `foo`; its first name or identifier is the declaration's name
//   fooClause  a clause `foo` of the declaration or clause around it
//   fooWord    a word value: its keywords, lower-cased and joined with blanks
// and the value rules at the end of this file. Keywords without a rule of their own are noise to the tree.
parser grammar LockplaneParser;

options { tokenVocab = LockplaneLexer; }

// ---- entry points: a file is parsed one top-level declaration at a time -------------------------------------------------

declarations : (importDecl | declaration)* EOF ;
tableMembers : tableMember* EOF ;                // the pieces of a body that has mistakes in it (see frontend/recover)
viewMembers  : viewMember* EOF ;
roleMembers  : roleMember* EOF ;
enumMembers  : enumMember* EOF ;
compositeMembers : compositeMember* EOF ;
uniformMembers : uniformMember* EOF ;

importDecl   : 'import' (string | qualifiedName) ;

declaration  : hint* externalClause?
               ( schemaDecl | extensionDecl | roleDecl | defaultPrivilegesDecl | defaultOwnerDecl
               | tableDecl | viewDecl | materializedViewDecl | sequenceDecl
               | enumDecl | domainDecl | compositeTypeDecl
               | functionDecl | procedureDecl | castDecl | transformDecl | eventTriggerDecl | databaseDecl | tablespaceDecl
               | foreignDataWrapperDecl | serverDecl | userMappingDecl | subscriptionDecl | grantDecl | revokeDecl | uniformDecl ) ;

separator      : ',' | LAYOUT ;                          // between members neither means anything
hint           : HINT sqlParens? ;      // `@allow(LP4001, 'reason')`: names, strings and numbers; or one expression: `@using(old::int + 1)`
externalClause : 'external' ;

// ---- clauses of many kinds ----------------------------------------------------------------------------------------------

objectClause  : ownerClause | commentClause | securityLabelClause | grantDecl | revokeDecl ;
ownerClause   : 'owner' identifier ;
commentClause : 'comment' string ;
securityLabelClause : 'security' securityLabelWord identifier string ;    // `security label provider '…'`
securityLabelWord : SOFT_WORD ;
dependsClause : dependsWord 'on' 'extension' identifier (',' identifier)* ;
dependsWord   : SOFT_WORD ;
withClause    : 'with' '(' option (',' option)* ')' ;
optionsClause : 'options' '(' option (',' option)* ')' ;
tablespaceClause : 'tablespace' identifier ;
usingClause   : 'using' identifier ;
whereClause   : 'where' sqlParens ;
includeClause : 'include' nameList ;
attachClause  : 'attach' 'to' qualifiedName ;

grantDecl     : 'grant' privilegeClause (',' privilegeClause)* onClause? toClause grantOptionClause? grantedByClause? ;
revokeDecl    : 'revoke' grantOptionForClause? privilegeClause (',' privilegeClause)* onClause? fromClause ;
privilegeClause : privilegeWord nameList? ;
privilegeWord : 'all' 'privileges'? | 'alter' 'system' | (SOFT_WORD | softKeyword | 'references' | 'trigger') ;
onClause      : 'on' onWord ;
onWord        : 'tables' | 'sequences' | 'functions' | 'routines' | 'types' | 'schemas' ;
toClause      : 'to' identifier (',' identifier)* ;
fromClause    : 'from' identifier (',' identifier)* ;
grantOptionClause    : 'with' 'grant' 'option' ;
grantOptionForClause : 'grant' 'option' 'for' ;
grantedByClause      : 'granted' 'by' identifier ;

// ---- cluster, schema, extension ------------------------------------------------------------------------------------------

// The splitter parses a schema's block a declaration at a time: the parser sees its head alone.
schemaDecl    : 'schema' identifier objectClause* ('{' declaration* '}')? ;
extensionDecl : 'extension' identifier (inSchemaClause | versionClause | commentClause | securityLabelClause)* ('{' extensionMember* '}')? ;
extensionMember : memberGrantDecl | memberRevokeDecl | separator ;
memberGrantDecl : 'grant' privilegeClause (',' privilegeClause)* onMemberClause toClause grantOptionClause? grantedByClause? ;
memberRevokeDecl : 'revoke' grantOptionForClause? privilegeClause (',' privilegeClause)* onMemberClause fromClause ;
onMemberClause : 'on' memberWord qualifiedName sqlParens? ;
memberWord    : 'function' | 'procedure' | 'table' | 'sequence' | 'schema' | 'type' | 'language' | 'foreign' 'data' SOFT_WORD | SOFT_WORD ;
inSchemaClause : 'in' 'schema' identifier (',' identifier)* ;
versionClause : 'version' (string | identifier) ;

roleDecl      : 'role' identifier commentClause? securityLabelClause* ('{' roleMember* '}')? ;
roleMember    : roleClause | separator ;
roleClause    : connectionLimitClause | validUntilClause | memberOfClause | setClause | inDatabaseClause | roleOptionClause ;
roleOptionClause : roleWord ;
roleWord      : SOFT_WORD | 'inherit' ;
connectionLimitClause : 'connection' 'limit' number ;
validUntilClause : 'valid' 'until' string ;
memberOfClause : 'member' 'of' identifier (',' identifier)* memberOptionClause? ;
memberOptionClause : 'with' (identifier 'option' | memberSettingClause (',' memberSettingClause)*) ;
memberSettingClause : memberSettingWord memberSettingWord ;        // `inherit false`, `set true`
memberSettingWord : 'inherit' | 'set' | 'true' | 'false' | SOFT_WORD ;
inDatabaseClause : 'in' 'database' setClause ;                     // the database that is connected to

databaseDecl  : 'database' (ownerClause | commentClause | securityLabelClause)* '{' databaseMember* '}' ;
databaseMember : setClause | connectionLimitClause | memberGrantDecl | memberRevokeDecl | objectClause | separator ;

tablespaceDecl : 'tablespace' identifier (locationClause | withClause | objectClause)* ;
locationClause : locationWord string ;
locationWord  : SOFT_WORD ;

defaultOwnerDecl      : 'default' 'owner' identifier ;
defaultPrivilegesDecl : 'default' 'privileges' (forRoleClause | inSchemaClause)* (grantDecl | revokeDecl)+ ;
forRoleClause : 'for' 'role' identifier (',' identifier)* ;

// ---- tables ---------------------------------------------------------------------------------------------------------------

tableDecl     : (unloggedClause | foreignTableClause)? 'table' qualifiedName tableHead* ('{' tableMember* '}')? ;
unloggedClause : 'unlogged' ;
foreignTableClause : 'foreign' ;
tableHead     : partitionByClause | externalPartitionsClause | inheritsClause | withClause | usingClause | tablespaceClause | replicaIdentityClause
              | clusterOnClause | columnOrderClause | ofTypeClause | serverClause | optionsClause | objectClause ;
partitionByClause : 'partition' 'by' partitionStrategyWord sqlParens ;
partitionStrategyWord : 'range' | 'list' | 'hash' ;
externalPartitionsClause : 'partitions' 'external' ;    // those that aren't declared are made by others
inheritsClause : 'inherits' '(' qualifiedName (',' qualifiedName)* ')' ;
replicaIdentityClause : 'replica' 'identity' (replicaIdentityWord | 'using' 'index' identifier) ;
replicaIdentityWord : 'default' | 'full' | 'nothing' ;
clusterOnClause : 'cluster' 'on' identifier ;
columnOrderClause : 'column' 'order' nameList ;
ofTypeClause  : 'of' qualifiedName ;
serverClause  : 'server' identifier ;            // of a foreign table or partition, or a user mapping

tableMember   : hint* ( constraintDecl | indexDecl | statisticsDecl | triggerDecl | rowLevelSecurityDecl | policyDecl | ruleDecl
                      | partitionDecl | columnOverrideDecl | grantDecl | revokeDecl | mixDecl | columnDecl )
              | separator ;

partitionDecl : unloggedClause? 'partition' qualifiedName partitionBoundClause tableHead* ('{' tableMember* '}')? ;
partitionBoundClause : 'default' | 'for' 'values' partitionBoundWord sqlParens ('to' sqlParens)? ;
partitionBoundWord : 'from' | 'in' | 'with' ;

mixDecl       : 'mix' qualifiedName sqlParens? ;

columnDecl    : identifier type columnClause* ;
columnOverrideDecl : 'column' identifier columnClause* ;
columnClause  : notNullClause | nullClause | defaultClause | dropDefaultClause | generatedClause | identityClause | collateClause | storageClause
              | compressionClause | statisticsClause | optionsClause | commentClause | notNullCommentClause | securityLabelClause | inlineConstraintDecl ;
notNullClause : ('constraint' identifier)? 'not' 'null' noInheritClause? notValidClause? ;
notNullCommentClause : 'comment' 'on' 'not' 'null' string ;
nullClause    : 'null' ;
defaultClause : 'default' expression ;
dropDefaultClause : 'no' 'default' ;
generatedClause : 'generated' sqlParens generatedWord? ;
generatedWord : 'stored' | 'virtual' ;
identityClause : 'identity' identityWord? ('(' (sequenceClause | persistenceClause | commentClause | securityLabelClause | grantDecl | revokeDecl)* ')')? ;   // all about its sequence
identityWord  : 'always' | 'by' 'default' ;
persistenceClause : persistenceWord ;
persistenceWord : 'logged' | 'unlogged' ;
collateClause : 'collate' qualifiedName ;
storageClause : 'storage' storageWord ;
storageWord   : SOFT_WORD | softKeyword | 'default' ;
compressionClause : 'compression' compressionWord ;
compressionWord : SOFT_WORD | softKeyword | 'default' ;
statisticsClause : 'statistics' number ;

inlineConstraintDecl : ('constraint' identifier)? (inlinePrimaryKeyClause | inlineUniqueClause | checkClause | referencesClause) constraintClause* ;
inlinePrimaryKeyClause : 'primary' 'key' ;
inlineUniqueClause     : 'unique' nullsNotDistinctClause? ;

constraintDecl : ('constraint' identifier)? (primaryKeyClause | uniqueClause | checkClause | foreignKeyClause | excludeClause) constraintClause* ;
primaryKeyClause : 'primary' 'key' nameList ;
uniqueClause  : 'unique' nullsNotDistinctClause? nameList ;
nullsNotDistinctClause : 'nulls' 'not'? 'distinct' ;
checkClause   : 'check' sqlParens ;
foreignKeyClause : 'foreign' 'key' nameList referencesClause ;
referencesClause : 'references' qualifiedName nameList? ;
excludeClause : 'exclude' usingClause? sqlParens ;
constraintClause : deferrableClause | notDeferrableClause | initiallyClause | notValidClause | notEnforcedClause | noInheritClause
              | matchClause | onDeleteClause | onUpdateClause | includeClause | withClause | indexTablespaceClause | whereClause
              | withoutOverlapsClause | periodClause | onOnlyClause
              | attachClause | commentClause ;
deferrableClause : 'deferrable' ;
notDeferrableClause : 'not' 'deferrable' ;
initiallyClause : 'initially' initiallyWord ;
initiallyWord : 'deferred' | 'immediate' ;
notValidClause : 'not' 'valid' ;
notEnforcedClause : 'not' 'enforced' ;
withoutOverlapsClause : 'without' 'overlaps' ;    // the last column of a primary key or unique constraint
periodClause  : 'period' ;                       // the last column of a foreign key
noInheritClause : 'no' 'inherit' ;
matchClause   : 'match' matchWord ;
matchWord     : 'full' | 'partial' | 'simple' ;
onDeleteClause : 'on' 'delete' actionWord nameList? ;
onUpdateClause : 'on' 'update' actionWord ;
actionWord    : 'no' 'action' | 'restrict' | 'cascade' | 'set' 'null' | 'set' 'default' ;
indexTablespaceClause : 'using' 'index' ('tablespace' identifier | 'comment' string) ;

indexDecl     : indexUniqueClause? 'index' identifier? usingClause? onOnlyClause? columnsClause
                ( includeClause | nullsNotDistinctClause | withClause | tablespaceClause | whereClause | attachClause | dependsClause | commentClause | indexStatisticsClause )* ;
indexUniqueClause : 'unique' ;
onOnlyClause  : 'on' 'only' ;
columnsClause : sqlParens ;
indexStatisticsClause : 'statistics' number 'on' number ;

statisticsDecl : 'statistics' qualifiedName? sqlParens? 'on' statisticsOnClause (statisticsClause | ownerClause | commentClause)* ;
statisticsOnClause : expression (',' expression)* ;

triggerDecl   : triggerConstraintClause? 'trigger' identifier
                ( triggerTimingWord triggerEventClause ('or' triggerEventClause)*
                  ( fromTableClause | deferrableClause | notDeferrableClause | initiallyClause | referencingClause | forEachClause | whenClause )*
                  'execute' ('function' | 'procedure') executeClause )?
                (triggerStateClause | dependsClause | commentClause)* ;
triggerConstraintClause : 'constraint' ;
triggerTimingWord : 'before' | 'after' | 'instead' 'of' ;
triggerEventClause : triggerEventWord ('of' identifier (',' identifier)*)? ;
triggerEventWord : 'insert' | 'update' | 'delete' | 'truncate' ;
fromTableClause : 'from' qualifiedName ;
referencingClause : 'referencing' transitionClause+ ;
transitionClause : transitionWord 'table' 'as'? identifier ;
transitionWord : 'old' | 'new' ;
forEachClause : 'for' 'each'? forEachWord ;
forEachWord   : 'row' | 'statement' ;
whenClause    : 'when' sqlParens ;
executeClause : qualifiedName '(' (triggerArgument (',' triggerArgument)*)? ')' ;
triggerArgument : string | number | identifier ;
triggerStateClause : triggerStateWord ;
triggerStateWord : 'disabled' | 'enabled' ('replica' | 'always')? ;

rowLevelSecurityDecl : 'row' 'level' 'security' rowLevelSecurityWord* ;
rowLevelSecurityWord : 'forced' | 'disabled' ;

policyDecl    : 'policy' identifier ( policyAsClause | policyForClause | toClause | policyUsingClause | withCheckClause | commentClause )* ;
policyAsClause : 'as' policyAsWord ;
policyAsWord  : 'permissive' | 'restrictive' ;
policyForClause : 'for' policyForWord ;
policyForWord : 'all' | 'select' | 'insert' | 'update' | 'delete' ;
policyUsingClause : 'using' sqlParens ;
withCheckClause : 'with' 'check' sqlParens ;

ruleDecl      : 'rule' identifier 'on' ruleEventWord whereClause? 'do' doClause (triggerStateClause | commentClause)* ;
ruleEventWord : 'select' | 'insert' | 'update' | 'delete' ;
doClause      : doWord? (nothingWord | sqlParens) ;
doWord        : 'instead' | 'also' ;
nothingWord   : 'nothing' ;

// ---- views ----------------------------------------------------------------------------------------------------------------

viewDecl      : recursiveClause? 'view' qualifiedName viewColumnsClause? (withClause | objectClause)* asClause checkOptionClause? ('{' viewMember* '}')? ;
materializedViewDecl : 'materialized' 'view' qualifiedName viewColumnsClause? (usingClause | withClause | tablespaceClause | clusterOnClause | dependsClause | objectClause)*
                asClause noDataClause? ('{' viewMember* '}')? ;
recursiveClause : 'recursive' ;
viewColumnsClause : nameList | sqlParens ;       // (a, b), or (a integer, b text) for a view that selects from itself
asClause      : 'as' sqlParens ;
checkOptionClause : 'with' checkOptionWord? 'check' 'option' ;
checkOptionWord : 'cascaded' | 'local' ;
noDataClause  : 'with' 'no' 'data' ;
viewMember    : hint* ( indexDecl | statisticsDecl | triggerDecl | ruleDecl | columnOverrideDecl | grantDecl | revokeDecl )
              | separator ;

// ---- sequences and types --------------------------------------------------------------------------------------------------

sequenceDecl  : unloggedClause? 'sequence' qualifiedName sequenceTypeClause? (sequenceClause | objectClause)* ;
sequenceTypeClause : 'as'? sequenceTypeWord ;
sequenceTypeWord : 'bigint' | 'integer' | 'smallint' | 'int' ;
sequenceClause : startClause | incrementClause | minvalueClause | noMinvalueClause | maxvalueClause | noMaxvalueClause | cacheClause
              | cycleClause | noCycleClause | ownedByClause | sequenceNameClause ;
startClause   : 'start' 'with'? number ;
incrementClause : 'increment' 'by'? number ;
minvalueClause : 'minvalue' number ;
noMinvalueClause : 'no' 'minvalue' ;
maxvalueClause : 'maxvalue' number ;
noMaxvalueClause : 'no' 'maxvalue' ;
cacheClause   : 'cache' number ;
cycleClause   : 'cycle' ;
noCycleClause : 'no' 'cycle' ;
ownedByClause : 'owned' 'by' qualifiedName ;
sequenceNameClause : 'sequence' 'name' qualifiedName ;

enumDecl      : 'enum' qualifiedName objectClause* ('{' enumMember* '}')? ;
enumMember    : hint* enumValueDecl | separator ;
enumValueDecl : enumLabel ;
enumLabel     : string | identifier ;

domainDecl    : 'domain' qualifiedName type ( notNullClause | nullClause | defaultClause | collateClause | notNullCommentClause | domainConstraintDecl | objectClause )* ;
domainConstraintDecl : ('constraint' identifier)? checkClause (notValidClause | commentClause)* ;

compositeTypeDecl : 'type' qualifiedName objectClause* ('{' compositeMember* '}')? ;
compositeMember : hint* compositeAttributeDecl | separator ;
compositeAttributeDecl : identifier type (collateClause | commentClause)* ;

// ---- routines -------------------------------------------------------------------------------------------------------------

functionDecl  : 'function' qualifiedName parametersClause returnsClause? routineClause* ;
procedureDecl : 'procedure' qualifiedName parametersClause routineClause* ;
parametersClause : sqlParens ;
returnsClause : 'returns' returnsWord? type | 'returns' returnsTableClause ;
returnsWord   : 'setof' ;
returnsTableClause : 'table' sqlParens ;
routineClause : languageClause | windowClause | volatilityClause | strictClause | securityClause | leakproofClause | notLeakproofClause
              | parallelClause | costClause | rowsClause | supportClause | setClause | transformClause
              | bodyClause | returnClause | atomicClause | dependsClause | objectClause ;
languageClause : 'language' (identifier | string) ;
windowClause  : 'window' ;
volatilityClause : volatilityWord ;
volatilityWord : 'immutable' | 'stable' | 'volatile' ;
strictClause  : strictWord ;
strictWord    : 'strict' | 'called' 'on' 'null' 'input' | 'returns' 'null' 'on' 'null' 'input' ;
securityClause : 'security' securityWord ;
securityWord  : 'definer' | 'invoker' ;
leakproofClause : 'leakproof' ;
notLeakproofClause : 'not' 'leakproof' ;
parallelClause : 'parallel' parallelWord ;
parallelWord  : 'safe' | 'unsafe' | 'restricted' ;
costClause    : 'cost' number ;
rowsClause    : 'rows' number ;
supportClause : 'support' qualifiedName ;
setClause     : 'set' qualifiedName ('=' | 'to') settingValue (',' settingValue)* ;
settingValue  : string | number | settingWord | identifier ;
settingWord   : 'on' | 'default' | 'true' | 'false' | 'all' ;
transformClause : 'transform' 'for' 'type' type (',' 'for' 'type' type)* ;
bodyClause    : 'as' string (',' string)? ;
returnClause  : 'return' expression ;
atomicClause  : 'begin' 'atomic' atomicBody 'end' ;

// ---- every other kind: `kind name(signature) { key = value … }` -------------------------------------------------------------

uniformDecl   : uniformKind (qualifiedName | operatorName) signatureClause? uniformHead* ('{' uniformMember* '}')? ;
uniformKind   : (SOFT_WORD | 'range' | 'language' | 'foreign') (SOFT_WORD | 'type' | 'table')* ;
uniformHead   : forAllTablesClause | isDefaultClause | forTypeClause | forEncodingClause | toEncodingClause | fromFunctionClause | accessMethodClause | objectClause ;
uniformMember : keyClause | mapClause | publishTableClause | publishSchemaClause | classOperatorClause | classFunctionClause | classStorageClause | separator ;
signatureClause : sqlParens ;
keyClause     : keyName '=' keyValue ;
keyName       : identifier | 'default' | 'end' | 'storage' ;
keyValue      : optionValue | qualifiedName | expression | operatorWord | keyWord | type ;
keyWord       : 'index' | 'table' ;
operatorWord  : operatorSymbol+ ;
operatorName  : (identifier '.')* operatorSymbol+ ;
operatorSymbol : OTHER | '=' | '-' | '+' | '%' ;
isDefaultClause : 'default' ;                    // of a conversion and an operator class
forTypeClause : 'for' 'type' type ;              // of an operator class
accessMethodClause : 'using' identifier familyClause? ;   // of an operator family or class
familyClause  : familyWord qualifiedName ;
familyWord    : SOFT_WORD ;
forEncodingClause : 'for' string ;               // of a conversion, as the next two
toEncodingClause : 'to' string ;
fromFunctionClause : 'from' qualifiedName ;
classOperatorClause : classOperatorWord number operatorName sqlParens? sortFamilyClause? ;   // of an operator family or class, as the next three
classOperatorWord : SOFT_WORD ;
sortFamilyClause : 'for' 'order' 'by' qualifiedName ;
classFunctionClause : 'function' number sqlParens? supportFunctionClause ;
supportFunctionClause : qualifiedName sqlParens ;
classStorageClause : 'storage' type ;
forAllTablesClause : 'for' 'all' 'tables' ;      // of a publication, as the next three of a text search configuration and a publication
mapClause     : mapWord identifier (',' identifier)* mapWithClause ;
mapWord       : SOFT_WORD ;
mapWithClause : 'with' qualifiedName (',' qualifiedName)* ;
publishTableClause : 'table' qualifiedName nameList? whereClause? ;
publishSchemaClause : 'schema' identifier ;

// What stands in no schema and has words of its own.
castDecl      : castWord '(' castTypesClause ')' (castFunctionClause | castWithoutFunctionClause | castMethodClause | castContextClause | commentClause)* ;
castWord      : SOFT_WORD ;
castTypesClause : type 'as' type ;
castFunctionClause : 'with' 'function' qualifiedName sqlParens? ;
castWithoutFunctionClause : 'without' 'function' ;
castMethodClause : 'with' castMethodWord ;
castMethodWord : SOFT_WORD ;
castContextClause : 'as' castContextWord ;
castContextWord : SOFT_WORD ;

transformDecl : 'transform' type 'language' identifier commentClause* ('{' uniformMember* '}')? ;

eventTriggerDecl : eventWord 'trigger' identifier onEventClause eventFilterClause* 'execute' ('function' | 'procedure') executeClause
                (triggerStateClause | objectClause)* ;
eventWord     : SOFT_WORD ;
onEventClause : 'on' identifier ;
eventFilterClause : 'when' identifier 'in' '(' string (',' string)* ')' ;

// What foreign data and logical replication need, in the words of CREATE.
foreignDataWrapperDecl : 'foreign' 'data' wrapperWord identifier (wrapperFunctionClause | optionsClause | objectClause)* ;
wrapperWord   : SOFT_WORD ;
wrapperFunctionClause : wrapperFunctionWord qualifiedName ;      // handler, validator
wrapperFunctionWord : SOFT_WORD ;
serverDecl    : 'server' identifier serverHead* (serverWrapperClause serverHead*)? ;
serverHead    : serverTypeClause | versionClause | optionsClause | objectClause ;
serverTypeClause : 'type' string ;
serverWrapperClause : 'foreign' 'data' wrapperWord identifier ;
userMappingDecl : userWord mappingWord 'for' identifier serverClause optionsClause? ;
userWord      : SOFT_WORD ;
mappingWord   : SOFT_WORD ;
subscriptionDecl : subscriptionWord identifier connectionClause subscribedClause (withClause | objectClause)* ;
subscriptionWord : SOFT_WORD ;
connectionClause : 'connection' string ;
subscribedClause : publicationWord identifier (',' identifier)* ;
publicationWord : SOFT_WORD ;

// ---- values ---------------------------------------------------------------------------------------------------------------

qualifiedName : identifier ('.' (identifier | callName))* ;
nameList      : '(' identifier (',' identifier)* ')' ;
option        : qualifiedName ('='? optionValue)? ;
optionValue   : string | number | optionWord | identifier ;
optionWord    : 'on' | 'not' | 'null' | 'default' | 'true' | 'false' | 'all' ;
string        : STRING | DOLLAR_STRING ;
number        : ('-' | '+')? NUMBER ;

type          : typeName typeModifier? typeTail? arrayBounds* typePercent? ;
typeName      : 'double' 'precision' | ('character' | 'char' | 'bit') 'varying' | 'national' ('character' | 'char') 'varying'? | intervalField
              | 'trigger' | qualifiedName ;
intervalField : 'interval' ('year' | 'month' | 'day' | 'hour' | 'minute' | 'second') ('to' ('month' | 'hour' | 'minute' | 'second'))? ;
typeModifier  : sqlParens ;
typeTail      : ('with' | 'without') 'time' 'zone' ;
arrayBounds   : '[' NUMBER? ']' | 'array' ;
typePercent   : '%' 'type' ;

// One primary (a literal, a name, a call, a cast of these) or anything in parentheses.
expression    : primary ('::' type)* ;
primary       : sqlParens | string | number | qualifiedName sqlParens? | callName sqlParens | identifier string
              | 'array' (sqlBrackets | sqlParens) | 'null' | 'true' | 'false' ;
// Words of members and clauses that are functions' names, too, where only an expression can stand.
callName      : 'alter' | 'attach' | 'comment' | 'compression' | 'exclude' | 'generated' | 'identity' | 'include' | 'index' | 'mix' | 'no' | 'nulls'
              | 'options' | 'partition' | 'policy' | 'referencing' | 'revoke' | 'row' | 'rule' | 'statistics' | 'storage' | 'trigger' ;

// SQL that the compiler hands on word for word: everything up to the parenthesis that closes it.
sqlParens     : '(' ( sqlParens | sqlBrackets | ~( '(' | ')' | '[' | ']' ) )* ')' ;
sqlBrackets   : '[' ( sqlParens | sqlBrackets | ~( '(' | ')' | '[' | ']' ) )* ']' ;
atomicBody    : ( atomicCase | ~( 'case' | 'end' ) )* ;
atomicCase    : 'case' ( atomicCase | ~( 'case' | 'end' ) )* 'end' ;

identifier    : SOFT_WORD | QUOTED_NAME | softKeyword ;

// Words that begin no member or clause where a column's name could stand. The others must be quoted as names; `lpc fmt` and
// `lpc pull` do so (cmake/lp_tokens.cmake reads this rule for frontend/lex.h).
softKeyword   : 'action' | 'after' | 'also' | 'always' | 'atomic' | 'before' | 'begin' | 'bigint' | 'bit' | 'by' | 'cache' | 'called' | 'cascade'
              | 'cascaded' | 'character' | 'char' | 'cluster' | 'connection' | 'cost' | 'cycle' | 'data' | 'database' | 'day' | 'deferred' | 'definer' | 'delete' | 'disabled'
              | 'domain' | 'double' | 'each' | 'enabled' | 'enforced' | 'enum' | 'execute' | 'extension' | 'external' | 'forced' | 'full' | 'function' | 'functions'
              | 'granted' | 'hash' | 'hour' | 'immediate' | 'immutable' | 'import' | 'increment' | 'inherit' | 'inherits' | 'input' | 'insert' | 'instead'
              | 'int' | 'integer' | 'interval' | 'invoker' | 'key' | 'language' | 'leakproof' | 'level' | 'limit' | 'list' | 'local' | 'logged' | 'maxvalue' | 'member'
              | 'minute' | 'minvalue' | 'month' | 'name' | 'national' | 'new' | 'nothing' | 'of' | 'old' | 'only' | 'option' | 'order' | 'overlaps' | 'owned' | 'owner'
              | 'parallel' | 'partitions' | 'period' | 'permissive' | 'precision' | 'privileges' | 'procedure' | 'range' | 'recursive' | 'replica' | 'restrict' | 'restricted'
              | 'restrictive' | 'return' | 'returns' | 'role' | 'routines' | 'rows' | 'safe' | 'schema' | 'schemas' | 'second' | 'security' | 'select' | 'sequence' | 'sequences' | 'server'
              | 'set' | 'simple' | 'smallint' | 'stable' | 'start' | 'statement' | 'stored' | 'strict' | 'support' | 'system' | 'tables'
              | 'tablespace' | 'time' | 'transform' | 'truncate' | 'type' | 'types' | 'unlogged' | 'unsafe' | 'until' | 'update' | 'valid' | 'values' | 'varying'
              | 'version' | 'view' | 'virtual' | 'volatile' | 'without' | 'year' | 'zone' | 'match' | 'partial' | 'materialized' ;
