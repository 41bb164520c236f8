#include "app/command_line.h"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <fmt/format.h>
#include <memory>

namespace tenon {
namespace {

// The settings as flags of one subcommand; what was given is collected by name.
class SettingFlags {
 public:
    explicit SettingFlags(CLI::App& app) {
        app.add_option("--config", file_, "TOML file with settings; its keys are the flags' names.")
            ->type_name("FILE")
            ->envname("TENON_CONFIG");
        for (const Setting& setting : settings()) add(app, setting);
    }

    Result<Config> build() const {
        SettingValues flags;
        for (const auto& [name, values] : given_) {
            if (!values->empty()) flags[name] = *values;
        }
        SettingValues file;
        if (!file_.empty()) {
            ASSIGN_OR_RETURN(file, read_config_file(file_));
        }
        return build_config(flags, [](const char* name) { return std::getenv(name); }, file);
    }

 private:
    void add(CLI::App& app, const Setting& setting) {
        auto values = std::make_shared<std::vector<std::string>>();
        std::string help = fmt::format("{} [{}]", setting.help, setting.variable());
        if (!setting.default_text.empty())
            help += fmt::format(" Default: {}", setting.default_text);
        CLI::Option* option = app.add_option(fmt::format("--{}", setting.name), *values, help);
        option->type_name(std::string(setting.value_form))->group("Settings");
        option->expected(1);
        if (setting.repeatable)
            option->take_all()->allow_extra_args(false);
        else
            option->take_last();
        given_.emplace(setting.name, std::move(values));
    }

    std::string file_;
    std::map<std::string, std::shared_ptr<std::vector<std::string>>> given_;
};

void add_target(CLI::App& app, CommandTarget& target, std::shared_ptr<std::string> key) {
    app.add_option("--server", target.server_url,
                   "Work through the API of this running server instead of the database itself.")
        ->type_name("URL")
        ->envname("TENON_SERVER");
    app.add_option("--api-key", *key,
                   "Project API key for --server; better given as TENON_API_KEY.")
        ->type_name("KEY")
        ->envname("TENON_API_KEY");
    app.add_option("--project", target.project_id,
                   "Project id; may be left out when there is only one.")
        ->type_name("ID")
        ->envname("TENON_PROJECT");
}

// Builds the tree of subcommands and, after parsing, gives the one that was chosen.
class CommandLine {
 public:
    CommandLine() : app_("Tenon: embedded custom integrations, self-hosted.", "tenon") {
        app_.set_version_flag("--version", std::string("tenon ") + TENON_VERSION);
        app_.require_subcommand(1);
        app_.footer(
            "Every setting can also be a variable (TENON_LISTEN) or stand in the file named by "
            "--config.");
        add_plain<ServeCommand>("serve", "Run the server until SIGTERM or Ctrl-C.");
        add_plain<MigrateCommand>("migrate", "Bring the database up to date and stop.");
        add_plain<DoctorCommand>(
            "doctor", "Check settings, keys, database and network, and say what to mend.");
        add_admin();
        add_integrations();
        add_keys();
        add_token();
        add_connect_link();
    }

    std::variant<ParsedCommandLine, int> parse(int argc, const char* const* argv) {
        try {
            app_.parse(argc, argv);
        } catch (const CLI::ParseError& e) {
            return app_.exit(e);
        }
        auto config = chosen_flags_->build();
        if (!config) {
            fmt::print(stderr, "tenon: {}\n", config.error().message);
            return 2;
        }
        return ParsedCommandLine{make_(), std::move(*config)};
    }

 private:
    // Remembers which subcommand ran: its settings and how its Command is made.
    void chosen(CLI::App& app, std::function<Command()> make) {
        auto flags = std::make_shared<SettingFlags>(app);
        app.callback([this, flags, make = std::move(make)] {
            chosen_flags_ = flags;
            make_ = make;
        });
    }

    template <class T>
    void add_plain(const char* name, const char* help) {
        chosen(*app_.add_subcommand(name, help), [] { return Command(T{}); });
    }

    void add_admin() {
        CLI::App* admin = app_.add_subcommand("admin", "Administrator accounts.");
        admin->require_subcommand(1);
        add_admin_verb(*admin, AdminCommand::Verb::create, "create",
                       "Make an administrator and a project.");
        add_admin_verb(*admin, AdminCommand::Verb::reset, "reset",
                       "Set a new password for an account.");
    }

    void add_admin_verb(CLI::App& admin, AdminCommand::Verb verb, const char* name,
                        const char* help) {
        CLI::App* app = admin.add_subcommand(name, help);
        auto command = std::make_shared<AdminCommand>();
        command->verb = verb;
        app->add_option("--email", command->email, "E-mail address of the account.")
            ->required()
            ->type_name("EMAIL");
        app->add_flag("--password-stdin", command->password_from_stdin,
                      "Read the password from standard input instead of asking for it.");
        if (verb == AdminCommand::Verb::create) {
            command->project_name = "My project";
            app->add_flag("--api-key", command->makes_api_key,
                          "Make a project API key too and print it, for scripts.");
            app->add_option("--project-name", command->project_name, "Name of the project to make.")
                ->type_name("NAME");
        }
        chosen(*app, [command] { return Command(*command); });
    }

    void add_integrations() {
        CLI::App* group = app_.add_subcommand("integrations", "Integrations as YAML.");
        group->require_subcommand(1);
        CLI::App* apply =
            group->add_subcommand("apply", "Create or update integrations from YAML files.");
        auto command = std::make_shared<ApplyCommand>();
        auto key = std::make_shared<std::string>();
        apply->add_option("files", command->files, "YAML files; - is standard input.")
            ->required()
            ->type_name("FILE");
        apply->add_flag("--dry-run", command->dry_run, "Say what would change and change nothing.");
        add_target(*apply, command->target, key);
        chosen(*apply, [command, key] {
            command->target.api_key = Secret(*key);
            return Command(*command);
        });
        CLI::App* exported =
            group->add_subcommand("export", "Write integrations as YAML to standard output.");
        auto export_command = std::make_shared<ExportCommand>();
        auto export_key = std::make_shared<std::string>();
        exported->add_option("slug", export_command->slug, "One integration; all when left out.");
        add_target(*exported, export_command->target, export_key);
        chosen(*exported, [export_command, export_key] {
            export_command->target.api_key = Secret(*export_key);
            return Command(*export_command);
        });
    }

    void add_keys() {
        CLI::App* keys =
            app_.add_subcommand("keys", "The master key that protects stored secrets.");
        keys->require_subcommand(1);
        CLI::App* rotate = keys->add_subcommand("rotate",
                                                "Make a new master key and rewrap every data key "
                                                "under it, also while a server runs. Keys "
                                                "of TENON_MASTER_KEYS stay as they are; everything "
                                                "is rewrapped under the last of them.");
        auto command = std::make_shared<RotateKeysCommand>();
        rotate->add_flag("--retire-old", command->retire_old,
                         "Remove the old master keys from the key file afterwards; backups of the "
                         "database made before then need the old key file.");
        chosen(*rotate, [command] { return Command(*command); });
    }

    void add_token() {
        CLI::App* app =
            app_.add_subcommand("token", "Mint a user token for trying out (valid for one hour).");
        auto command = std::make_shared<TokenCommand>();
        auto key = std::make_shared<std::string>();
        app->add_option("--user", command->user, "The connected user: the token's sub.")
            ->required()
            ->type_name("ID");
        add_target(*app, command->target, key);
        chosen(*app, [command, key] {
            command->target.api_key = Secret(*key);
            return Command(*command);
        });
    }

    void add_connect_link() {
        CLI::App* app = app_.add_subcommand(
            "connect-link", "Make a one-time link at which a user connects an account.");
        auto command = std::make_shared<ConnectLinkCommand>();
        auto key = std::make_shared<std::string>();
        app->add_option("--user", command->user, "The connected user.")
            ->required()
            ->type_name("ID");
        app->add_option("--integration", command->integration, "The integration's slug.")
            ->required()
            ->type_name("SLUG");
        add_target(*app, command->target, key);
        chosen(*app, [command, key] {
            command->target.api_key = Secret(*key);
            return Command(*command);
        });
    }

    CLI::App app_;
    std::shared_ptr<SettingFlags> chosen_flags_;
    std::function<Command()> make_;
};

}  // namespace

std::variant<ParsedCommandLine, int> parse_command_line(int argc, const char* const* argv) {
    return CommandLine().parse(argc, argv);
}

}  // namespace tenon
