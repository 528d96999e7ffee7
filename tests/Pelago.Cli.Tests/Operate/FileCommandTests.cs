// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Security.Cryptography;
using System.Text;
using Pelago.Cli.Tests.Clusters;
using Pelago.Client;
using Pelago.Kube.Lines;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Operate;

/// <summary>Verbs about files of tasks on the cluster under test.</summary>
[Collection(nameof(FilesHome))]
[Trait("Cluster", "Given")]
public sealed class FileCommandTests(FilesHome home)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Logs_and_files_are_printed_as_they_are()
    {
        Assert.Equal("ready ada\nbroken ada\n", await home.PrintAsync("cat", "ada"));
        Assert.Equal("broken ada\n", await home.PrintAsync("cat", "ada", "stderr"));
        Assert.Equal("ready ada\nready bob\n", await home.PrintAsync("cat", "/ada|bob/", "stdout"));
        Assert.Equal("no endone\ntwo\nthree\n", await home.PrintAsync("cat", "ada", "unfinished", "empty", "in"));
        Assert.Equal("nl", await home.PrintAsync("cat", "ada", "two\nlines"));
    }

    [Fact]
    public async Task Files_come_whole_and_byte_for_byte_and_go_back_so()
    {
        string here = home.Beside("copies");
        Directory.CreateDirectory(here);
        foreach (string name in new[] { "big", "empty", "binary" })
        {
            await home.PrintAsync("cp", $"ada:{name}", here);
            Assert.Equal(await SumAsync("ada", name), Sum(Path.Combine(here, name)));
        }

        await home.PrintAsync("cp", Path.Combine(here, "big"), "bob:again");
        Assert.Equal(Sum(Path.Combine(here, "big")), await SumAsync("bob", "again"));
        await home.PrintAsync("cp", "-r", "ada:deep", Path.Combine(here, "tree"));
        Assert.Equal("x\n", await File.ReadAllTextAsync(Path.Combine(here, "tree", "er", "x.log"), Cancel));
        await home.PrintAsync("cp", "/ada|bob/:lines", Path.Combine(here, "all"));
        Assert.Equal(["default_ada.main", "default_bob.main"], Directory.GetDirectories(Path.Combine(here, "all")).Select(Path.GetFileName).Order());

        string sent = await home.PrintAsync("scp", Path.Combine(here, "binary"), "sent", "-t", "ada", "-t", "bob");
        Assert.Equal(["default/ada.main:sent\tuploaded", "default/bob.main:sent\tuploaded"], Lines(sent).Order());
        Assert.Equal(Sum(Path.Combine(here, "binary")), await SumAsync("bob", "sent"));
    }

    [Fact]
    public async Task Several_sources_have_headers_as_tail_prints_them_and_none_when_told_so()
    {
        Assert.Equal("==> default/ada.main:lines <==\none\n\n==> default/bob.main:lines <==\none\n", await home.PrintAsync("head", "-n", "1", "/ada|bob/", "lines"));
        Assert.Equal("three\nthree\n", await home.PrintAsync("tail", "-q", "-n", "1", "/ada|bob/", "lines"));
        Assert.Equal("==> default/ada.main:lines <==\nthree\n\n==> default/ada.main:unfinished <==\nno end", await home.PrintAsync("tail", "-n", "1", "ada", "lines", "unfinished"));
        Assert.Equal("on", await home.PrintAsync("head", "-c", "2", "ada", "lines"));
        Assert.Equal("default/ada.main:lines: two\ndefault/ada.main:lines: three\n", await home.PrintAsync("tail", "--prefix", "-n", "2", "ada", "lines"));
        Assert.Equal("broken ada\n", await home.PrintAsync("tail", "-n", "1", "ada"));
    }

    [Theory]
    [InlineData("one\ntwo\n", "head", "-n", "-1", "ada", "lines")]
    [InlineData("", "head", "-n", "-1", "ada", "unfinished")]
    [InlineData("one\ntwo\n", "head", "-c", "-6", "ada", "lines")]
    [InlineData("ready ada\n", "head", "-n", "-1", "ada")]
    [InlineData("one\n", "head", "-c", "2", "-n", "1", "ada", "lines")]
    [InlineData("one\n", "head", "-1", "ada", "lines")]
    [InlineData("three\n", "tail", "-1", "ada", "lines")]
    [InlineData("three\n", "tail", "-n", "-1", "ada", "lines")]
    [InlineData("two\nthree\n", "tail", "-n", "+2", "ada", "lines")]
    [InlineData("one\ntwo\nthree\n", "tail", "-n", "+0", "ada", "lines")]
    [InlineData("three\n", "tail", "-c", "6", "ada", "lines")]
    [InlineData("two\nthree\n", "tail", "-c", "+5", "ada", "lines")]
    [InlineData("one\ntwo\nthree\n", "tail", "-c", "1K", "ada", "lines")]
    [InlineData("en ada\n", "tail", "-c", "7", "ada")]
    [InlineData("ada\nbroken ada\n", "tail", "-c", "+7", "ada")]
    [InlineData("broken ada\n", "tail", "-n", "+2", "ada")]
    public async Task Parts_are_counted_from_either_end(string expected, params string[] line) => Assert.Equal(expected, await home.PrintAsync(line));

    [Fact]
    public async Task Directories_are_listed_searched_and_added_up()
    {
        string[] list = Lines(await home.PrintAsync("ls", "ada"));
        Assert.Matches(@"^-rw\S+ +1 +\d+ +\d+ +3000000 \w{3} \d\d \d\d:\d\d big$", list.Single(line => line.EndsWith(" big", StringComparison.Ordinal)));
        Assert.Matches(@"^l\S+ .* out -> /etc/hostname$", list.Single(line => line.Contains(" out ", StringComparison.Ordinal)));
        Assert.Contains(list, line => line.EndsWith(" two?lines", StringComparison.Ordinal));

        Assert.Equal("deep/er/x.log\n", await home.PrintAsync("find", "ada", "--name", "*.log"));
        Assert.Equal("big\n", await home.PrintAsync("find", "ada", "--name", "big", "--size", "+1M"));
        if (!GivenCluster.HasImages) // an image has big files of its own
            Assert.Equal("big\n", await home.PrintAsync("find", "ada", "--size", "+1M"));
        Assert.Equal("deep\ndeep/er\n", await home.PrintAsync("find", "ada", "deep", "--type", "d"));
        Assert.Equal("two\nlines\0", await home.PrintAsync("find", "ada", "--name", "two*", "-0"));
        Assert.Equal("2\tdeep/er\n2\tdeep\n", await home.PrintAsync("du", "-b", "ada", "deep"));
        Assert.Equal(["default/ada.main:.", "default/bob.main:."], Lines(await home.PrintAsync("du", "-s", "/ada|bob/")).Select(line => line.Split('\t')[1]));
    }

    [Fact]
    public async Task Lines_are_found_in_logs_and_files_of_all()
    {
        Assert.Equal("default/ada.main:log:ready ada\ndefault/bob.main:log:ready bob\n", await home.PrintAsync("grep", "^ready", "/ada|bob/"));
        Assert.Equal("2:two\n3:three\n", await home.PrintAsync("grep", "-n", "-i", "^T", "ada", "lines"));
        Assert.Equal("one\nthree\n", await home.PrintAsync("grep", "-v", "two", "ada", "lines"));
        Assert.Equal("2\n", await home.PrintAsync("grep", "-c", "-F", "t", "ada", "lines"));
        Assert.Equal("one\n", await home.PrintAsync("grep", "-m", "1", "[a-z]", "ada", "lines"));
        Assert.Equal("Binary file default/ada.main:binary matches (-a shows the lines)\n", await home.PrintAsync("grep", "a", "ada", "binary"));

        Assert.Equal("ready ada\nready bob\n", await home.PrintAsync("grep", "-h", "^ready", "/ada|bob/"));

        Assert.Equal(1, (await home.RunAsync("grep", "nowhere", "ada")).ExitCode);
        Assert.Equal(2, (await home.RunAsync("grep", "(", "ada")).ExitCode);
    }

    [Fact]
    public async Task Quiet_search_answers_with_its_code_alone_and_one_match_is_enough()
    {
        Assert.Equal("", await home.PrintAsync("grep", "-q", "ready", "/ada|bob/"));
        Assert.Equal("", await home.PrintAsync("grep", "-q", "-c", "-C", "3", "a", "ada", "binary", "lines"));
        Assert.Equal("", await home.PrintAsync("grep", "-q", "1", "/ada|bob/", "only"));

        ProgramResult nowhere = await home.RunAsync("grep", "-q", "nowhere", "/ada|bob/", "lines"), unsearched = await home.RunAsync("grep", "-q", "nowhere", "/ada|bob/", "only");

        Assert.Equal((1, "", ""), (nowhere.ExitCode, nowhere.Output, nowhere.Error));
        Assert.Equal((1, ""), (unsearched.ExitCode, unsearched.Output));
        Assert.Contains("default/bob.main:only", unsearched.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../../../../etc/hostname")]
    [InlineData("out")]
    [InlineData("/etc/hostname")]
    public async Task No_path_leads_out_of_the_sandbox(string path)
    {
        if (GivenCluster.HasImages)
        {
            // All files of a container are its own: wherever the path leads, it is the container's, and never the node's.
            Assert.Equal("ada\n", await home.PrintAsync("cat", "ada", path));
            return;
        }

        foreach (string verb in new[] { "cat", "head", "find", "du" })
        {
            ProgramResult result = await home.RunAsync(verb, "ada", path);

            Assert.Equal((1, ""), (result.ExitCode, result.Output));
            Assert.StartsWith("pelago: default/ada.main:", result.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_fails_for_one_is_said_and_the_rest_is_printed()
    {
        ProgramResult result = await home.RunAsync("cat", "/ada|bob/", "only");

        Assert.Equal((1, "1\n"), (result.ExitCode, result.Output));
        Assert.Equal($"pelago: default/bob.main:only: \"only\" is not in the {(GivenCluster.HasImages ? "container" : "sandbox")}", result.Error.Trim());
    }

    [Fact]
    public async Task Exit_codes_are_those_of_the_contract()
    {
        Assert.Equal(3, (await home.RunAsync("cat", "nobody")).ExitCode);
        ProgramResult ambiguous = await home.RunAsync("ssh", "/ada|bob/", "--", "true");
        Assert.Equal(2, ambiguous.ExitCode);
        Assert.Contains("default/bob.main", ambiguous.Error, StringComparison.Ordinal);
        ProgramResult missing = await home.RunAsync("ssh", "ada", "--", "no-such-program");
        Assert.NotEqual(0, missing.ExitCode);
        Assert.Contains("no-such-program", missing.Error, StringComparison.Ordinal);
        Assert.Equal(7, (await home.RunAsync("ssh", "ada", "--", "sh", "-c", "exit 7")).ExitCode);
        Assert.Equal("ada\n", await home.PrintAsync("ssh", "ada", "--", "sh", "-c", "echo $NAME"));
    }

    /// <summary>As on a Kubernetes that has no agents.</summary>
    [Fact]
    public async Task Commands_and_logs_alone_give_the_same_as_the_node()
    {
        using var api = new HttpKubeApi(Kubeconfig.Load([home.Kubeconfig], mustExist: true).Connect(null, TimeProvider.System), HttpKubeApiOptions.Default, TimeProvider.System);
        var place = new TaskPlace("default", "ada", "main");
        ITaskFiles node = new NodeTaskFiles(api, place), plain = new ExecTaskFiles(api, place);

        Assert.Equal(await FoundAsync(node), await FoundAsync(plain));
        Assert.Equal(await BytesAsync(node.ReadAsync("big", Cancel)), await BytesAsync(plain.ReadAsync("big", Cancel)));
        var query = new LineQuery { Pattern = "e$", Numbers = true };
        Assert.Equal("three\n", (await TextAsync(plain.GrepAsync(query, "lines", null, Cancel))).Split(':')[^1].Split('!')[0]);
        Assert.Equal(await TextAsync(node.GrepAsync(query, "lines", null, Cancel)), await TextAsync(plain.GrepAsync(query, "lines", null, Cancel)));
        Assert.Equal(await FedAsync(node), await FedAsync(plain));
        await Assert.ThrowsAsync<IOException>(() => BytesAsync(plain.ReadAsync("nothing", Cancel)));
    }

    private static async Task<string> FoundAsync(ITaskFiles files)
    {
        var found = new List<string>();
        await foreach (TaskFile file in files.FindAsync("deep", new FindRequest(), Cancel))
            found.Add($"{file.Path} {file.Type} {file.Size} {file.Mode} {file.Links} {file.Modified.ToUnixTimeSeconds()}");
        return string.Join('\n', found.Order(StringComparer.Ordinal));
    }

    private static async Task<string> FedAsync(ITaskFiles files)
    {
        var text = new StringBuilder();
        await foreach (FeedPiece piece in files.FeedAsync(new FeedRequest(), Cancel))
            text.Append(Encoding.UTF8.GetString(piece.Text.Span));
        return text.ToString();
    }

    private static async Task<string> TextAsync(Task<Stream> opening) => Encoding.UTF8.GetString(await BytesAsync(opening));

    private static async Task<byte[]> BytesAsync(Task<Stream> opening)
    {
        await using Stream stream = await opening;
        var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, Cancel);
        return bytes.ToArray();
    }

    private async Task<string> SumAsync(string pod, string file) => (await home.Api.ExecAsync(pod, "sha256sum", file)).Split(' ')[0];

    private static string Sum(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
