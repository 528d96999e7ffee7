// SPDX-License-Identifier: Apache-2.0

using System.CommandLine;
using System.Globalization;
using System.Text;
using Pelago.Client;

namespace Pelago.Cli.Operate.Files;

/// <summary><c>pelago ls</c>: what is in a directory of tasks, as ls -la prints it.</summary>
internal static class ListCommand
{
    private static readonly TimeSpan HalfYear = TimeSpan.FromDays(182);

    public static Command Build()
    {
        var path = new Argument<string>("path") { Description = "A directory or file of the task (default: where its files are)", Arity = ArgumentArity.ZeroOrOne, DefaultValueFactory = _ => "" };
        var command = new Command("ls", "The files of tasks").WithExamples("""
            pelago ls web                     the sandbox of web, or of all that begin with web
            pelago ls web logs -q             without headers
            pelago ls -l app=web web /etc     in a container
            """);
        command.Arguments.Add(path);
        var tasks = new TaskCommand(command, new TaskOptions());
        tasks.OfferPaths(path, logs: false);
        command.SetAction((parsed, cancel) => tasks.EachAsync(parsed, [parsed.GetValue(path) ?? ""], hasHeaders: true, PrintAsync, cancel));
        return command;
    }

    private static async Task PrintAsync(ITaskFiles files, TaskSource source, Turns.Turn turn, CancellationToken cancel)
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        await foreach (TaskFile file in files.FindAsync(source.Word, new FindRequest { Depth = 1 }, cancel))
        {
            if (file.Path.Length > 0 || file.Type != 'd')
                await turn.WriteAsync(Encoding.UTF8.GetBytes(LineOf(file, source.Word, now)));
        }
    }

    private static string LineOf(TaskFile file, string asked, DateTimeOffset now)
    {
        string name = file.Path.Length > 0 ? file.Path : asked;
        string time = file.Modified.ToString(file.Modified > now - HalfYear && file.Modified <= now ? "MMM dd HH:mm" : "MMM dd  yyyy", CultureInfo.InvariantCulture);
        string target = file.Target is { } to ? $" -> {Visible(to)}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{Mode(file)} {file.Links,3} {file.User,5} {file.Group,5} {file.Size,10} {time} {Visible(name)}{target}\n");
    }

    /// <summary>A line for each, whatever is in a name: what would not be seen is a question mark.</summary>
    private static string Visible(string name) => string.Concat(name.Select(letter => char.IsControl(letter) ? '?' : letter));

    private static string Mode(TaskFile file)
    {
        const string Letters = "rwxrwxrwx";
        char[] mode = [file.Type == 'f' ? '-' : file.Type, .. Letters.Select((letter, i) => (file.Mode & (1 << (8 - i))) != 0 ? letter : '-')];
        if ((file.Mode & 0x800) != 0)
            mode[3] = mode[3] == 'x' ? 's' : 'S';
        if ((file.Mode & 0x400) != 0)
            mode[6] = mode[6] == 'x' ? 's' : 'S';
        if ((file.Mode & 0x200) != 0)
            mode[9] = mode[9] == 'x' ? 't' : 'T';
        return new string(mode);
    }
}
