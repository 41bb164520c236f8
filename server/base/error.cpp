#include "base/error.h"

#include <utility>

namespace tenon {

Error invalid_fields(std::vector<FieldProblem> problems) {
    std::string message;
    for (const FieldProblem& problem : problems) {
        if (!message.empty()) message += "; ";
        message += problem.field + ": " + problem.rule;
    }
    return {ErrorKind::invalid_input, "validation_failed", std::move(message), std::move(problems)};
}

}  // namespace tenon
