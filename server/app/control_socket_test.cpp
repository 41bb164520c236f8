#include "app/control_socket.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "platform/storage/testing.h"

namespace tenon {
namespace {

constexpr std::chrono::seconds kTimeLimit{10};

TEST(ControlSocket, AnswersLineByLineAndGoesWithItsServer) {
    const TemporaryFolder folder;
    EXPECT_FALSE(ask_control_socket(folder.path(), "hello", kTimeLimit));
    auto socket = ControlSocket::listen(folder.path(),
                                        [](const std::string& line) { return "you said " + line; });
    ASSERT_TRUE(socket) << socket.error().message;
    EXPECT_EQ(*ask_control_socket(folder.path(), "one", kTimeLimit), "you said one");
    EXPECT_EQ(*ask_control_socket(folder.path(), "two", kTimeLimit), "you said two");
    socket->reset();
    EXPECT_FALSE(ask_control_socket(folder.path(), "three", kTimeLimit));
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(ControlSocket, IsForThisUserAloneAndReplacesWhatADeadProcessLeft) {
    const TemporaryFolder folder;
    const auto answer = [](const std::string&) { return std::string("here"); };
    const auto first = ControlSocket::listen(folder.path(), answer);
    ASSERT_TRUE(first);
    const auto second = ControlSocket::listen(folder.path(), answer);
    ASSERT_TRUE(second);
    EXPECT_EQ(*ask_control_socket(folder.path(), "x", kTimeLimit), "here");
    struct stat facts{};
    ASSERT_EQ(::stat((folder.path() / "control.sock").c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777U, 0600U);
}

TEST(ControlSocket, RefusesAnEndlessLineAndServesTheNextCaller) {
    const TemporaryFolder folder;
    const auto socket =
        ControlSocket::listen(folder.path(), [](const std::string&) { return std::string("ok"); });
    ASSERT_TRUE(socket);
    EXPECT_FALSE(ask_control_socket(folder.path(), std::string(100'000, 'x'), kTimeLimit));
    EXPECT_EQ(*ask_control_socket(folder.path(), "short", kTimeLimit), "ok");
}

TEST(ControlSocket, WorksInAFolderWhoseNameIsLongerThanASocketAddress) {
    const TemporaryFolder folder;
    const auto deep = folder.path() / std::string(200, 'd');
    std::filesystem::create_directory(deep);
    const auto socket =
        ControlSocket::listen(deep, [](const std::string&) { return std::string("deep"); });
    ASSERT_TRUE(socket) << socket.error().message;
    EXPECT_EQ(*ask_control_socket(deep, "x", kTimeLimit), "deep");
}

}  // namespace
}  // namespace tenon
