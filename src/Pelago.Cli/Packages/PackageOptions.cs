// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Options;

namespace Pelago.Cli.Packages;

/// <summary>The options of a package as a line gives them: a file, and single ones over it.</summary>
internal sealed class PackageOptions
{
    private readonly Option<string?> _file = new("--options") { Description = "A file with options, JSON or YAML (- reads them from the standard input)", HelpName = "FILE" };
    private readonly Option<string[]> _set = new("--set") { Description = "One option, as in service.cpus=2; may be given several times", HelpName = "PATH=VALUE" };

    private readonly Option<string[]> _setFile = new("--set-file")
    {
        Description = "One option whose text is in a file (- reads the standard input), as for passwords: others on this machine can read a line; may be given several times", HelpName = "PATH=FILE",
    };

    public PackageOptions()
    {
        _set.Validators.Add(result =>
        {
            foreach (string given in result.Tokens.Select(token => token.Value).Where(given => !OptionPath.TrySet([], given)))
                result.AddError($"--set {given}: must be PATH=VALUE, as in service.cpus=2");
        });
        _setFile.Validators.Add(result =>
        {
            foreach (string given in result.Tokens.Select(token => token.Value).Where(given => given.EndsWith('=') || !OptionPath.TrySet([], given)))
                result.AddError($"--set-file {given}: must be PATH=FILE, as in password=secret.txt");
        });
    }

    /// <param name="others">Further options of the command that may name the standard input, as for <see cref="OptionFile.ReadInputOnce"/>.</param>
    public void AddTo(Command command, params (Option Option, string Before)[] others)
    {
        command.Options.Add(_file);
        command.Options.Add(_set);
        command.Options.Add(_setFile);
        OptionFile.ReadInputOnce(command, [(_file, ""), (_setFile, "="), .. others]);
    }

    /// <summary>Says on stderr which secrets stand on the line.</summary>
    /// <param name="schema">The config.json of the package.</param>
    public void WarnOfSecrets(ParseResult parsed, JsonObject? schema)
    {
        var given = new JsonObject();
        foreach (string one in parsed.GetValue(_set) ?? [])
            OptionPath.TrySet(given, one);
        if (SecretOptions.Split(schema, given).Secret.Count > 0)
            Console.Error.WriteLine("pelago: a secret stands on this line, where others on this machine can read it: --set-file PATH=FILE, or --options FILE, keeps it to yourself");
    }

    /// <param name="schema">The config.json of the package: a text stays one, whatever it looks like.</param>
    public JsonObject Read(ParseResult parsed, JsonObject? schema)
    {
        JsonObject options = parsed.GetValue(_file) is { } file ? ReadFile(file) : [];
        IReadOnlySet<string> texts = OptionForm.Texts(schema);
        foreach (string given in parsed.GetValue(_set) ?? [])
            OptionPath.TrySet(options, given, texts);
        foreach (string given in parsed.GetValue(_setFile) ?? [])
        {
            int sign = given.IndexOf('=', StringComparison.Ordinal);
            OptionPath.TrySetText(options, given[..sign], OptionFile.ReadLine(given[(sign + 1)..]));
        }

        return options;
    }

    public static JsonObject ReadFile(string file)
    {
        byte[] text = Encoding.UTF8.GetBytes(OptionFile.ReadText(file));
        if (!YamlReader.TryReadFirst(text, out YamlDocument? document, out string? error))
            throw new CliException($"options were not read from {file}: {error}");
        if (document.Duplicates is [{ } duplicate, ..])
            throw new CliException($"options were not read from {file}: {duplicate}");
        try
        {
            return KubeJson.Parse(document.Json) switch
            {
                JsonObject options => options,
                null => [],
                _ => throw new CliException($"options were not read from {file}: it holds no object; options look like {{\"service\": {{\"cpus\": 2}}}}"),
            };
        }
        catch (JsonException)
        {
            // YAML that was read makes JSON; only its depth may be too much.
            throw new CliException($"options were not read from {file}: it has more than {KubeJson.MaxDepth} levels");
        }
    }
}
