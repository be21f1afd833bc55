// The peer of `lpc compile`: libpg_query parses a file of SQL, and that is all. Prints how many bytes its tree has, so that nothing is optimised away.
#include <pg_query.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::ifstream file(argv[1]);
  const std::string sql((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const PgQueryParseResult result = pg_query_parse(sql.c_str());
  if (result.error) {
    std::fprintf(stderr, "%s\n", result.error->message);
    return 1;
  }
  std::printf("%zu\n", std::strlen(result.parse_tree));
  pg_query_free_parse_result(result);
  return 0;
}
