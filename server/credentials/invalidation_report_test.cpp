#include "credentials/invalidation_report.h"

#include <gtest/gtest.h>

namespace tenon {
namespace {

TEST(InvalidationReport, CountsByReasonAndKeepsTheLabelsFew) {
    Metrics metrics;
    const auto report = report_invalidations(metrics);
    Credential credential;
    credential.invalid_code = "invalid_grant";
    report(credential);
    report(credential);
    credential.invalid_code = "a code that a provider made up \"}";
    report(credential);
    const std::string page = metrics.render();
    EXPECT_NE(page.find("tenon_credentials_invalidated_total{reason=\"invalid_grant\"} 2"),
              std::string::npos)
        << page;
    EXPECT_NE(page.find("tenon_credentials_invalidated_total{reason=\"other\"} 1"),
              std::string::npos);
    EXPECT_NE(page.find("tenon_credentials_invalidated_total{reason=\"provider_401\"} 0"),
              std::string::npos);
    EXPECT_EQ(page.find("made up"), std::string::npos);
}

}  // namespace
}  // namespace tenon
