// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Operate;

/// <summary>Directories and several files that go into tasks and out of them.</summary>
[Collection(nameof(FilesHome))]
[Trait("Cluster", "Given")]
public sealed class CopyDirectoryTests(FilesHome home)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_directory_goes_into_a_task_with_all_that_is_in_it_and_comes_back_so()
    {
        string conf = await MakeAsync("whole/conf", "top", "sub/x", "sub/deeper/y");
        Directory.CreateDirectory(Path.Combine(conf, "nothing"));

        await home.PrintAsync("cp", "-r", conf, "bob:etc/app");
        await home.PrintAsync("cp", "-r", "bob:etc/app", home.Beside("back"));

        Assert.Equal("sub/deeper/y\n", await home.PrintAsync("cat", "bob", "etc/app/sub/deeper/y"));
        Assert.Equal(
            ["nothing", "sub", "sub/deeper", "sub/deeper/y", "sub/x", "top"],
            Directory.EnumerateFileSystemEntries(home.Beside("back"), "*", SearchOption.AllDirectories).Select(entry => Path.GetRelativePath(home.Beside("back"), entry)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_directory_goes_into_one_that_is_there_and_with_a_dot_what_is_in_it_does()
    {
        string conf = await MakeAsync("nested/conf", "f"), more = await MakeAsync("nested/more", "g"), back = home.Beside("nested-back");
        Directory.CreateDirectory(back);

        await home.PrintAsync("cp", "-r", conf, "bob:nest");
        await home.PrintAsync("cp", "-r", conf + "/", "bob:nest");
        await home.PrintAsync("cp", "-r", more + "/.", "bob:nest");
        string sent = await home.PrintAsync("scp", "-r", more, "nest/conf", "-t", "bob");
        await home.PrintAsync("cp", "-r", "bob:nest", back);
        await home.PrintAsync("cp", "-r", "bob:nest/conf/.", back);

        Assert.Equal("default/bob.main:nest/conf/more/g\tuploaded\n", sent);
        Assert.Equal("nest/conf/f\nnest/conf/more/g\nnest/f\nnest/g\n", await FindAsync("nest"));
        Assert.Equal(
            ["f", "more/g", "nest/conf/f", "nest/conf/more/g", "nest/f", "nest/g"],
            Directory.EnumerateFiles(back, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(back, file)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Several_files_go_into_a_directory_that_is_there_and_nowhere_else()
    {
        string here = await MakeAsync("several", "a.txt", "b.txt");
        string[] files = [Path.Combine(here, "a.txt"), Path.Combine(here, "b.txt")];

        ProgramResult refused = await home.RunAsync(["scp", .. files, "absent", "-t", "bob"]);
        string sent = await home.PrintAsync(["scp", .. files, "deep", "-t", "bob"]);

        Assert.Equal((1, "default/bob.main:absent/a.txt\tfailed\ndefault/bob.main:absent/b.txt\tfailed\n"), (refused.ExitCode, refused.Output));
        Assert.Contains("absent/ is no directory", refused.Error, StringComparison.Ordinal);
        Assert.Equal(1, (await home.RunAsync("cat", "bob", "absent")).ExitCode);
        Assert.Equal("default/bob.main:deep/a.txt\tuploaded\ndefault/bob.main:deep/b.txt\tuploaded\n", sent);
        Assert.Equal("a.txt\nb.txt\n", await home.PrintAsync("cat", "bob", "deep/a.txt", "deep/b.txt"));
    }

    [Fact]
    public async Task Several_directories_keep_their_names_and_files_that_would_become_one_are_refused()
    {
        string one = await MakeAsync("one", "same"), two = await MakeAsync("two", "same");

        await home.PrintAsync("scp", "-r", one, two, "both", "-t", "bob");
        ProgramResult refused = await home.RunAsync("scp", Path.Combine(one, "same"), Path.Combine(two, "same"), "deep", "-t", "bob");

        Assert.Equal("both/one/same\nboth/two/same\n", await FindAsync("both"));
        Assert.Equal((2, ""), (refused.ExitCode, refused.Output));
        Assert.Contains("would both become deep/same", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Links_to_directories_are_left_out_of_what_is_sent_and_said()
    {
        string here = await MakeAsync("links", "f", "a/g");
        File.CreateSymbolicLink(Path.Combine(here, "self"), ".");
        File.CreateSymbolicLink(Path.Combine(here, "a", "up"), "..");
        File.CreateSymbolicLink(Path.Combine(here, "file"), "f");

        ProgramResult sent = await home.RunAsync("cp", "-r", here, "bob:links");

        Assert.Equal(1, sent.ExitCode);
        Assert.Equal(2, sent.Error.Split('\n').Count(line => line.Contains("is a link to a directory", StringComparison.Ordinal)));
        Assert.Equal("links/a/g\nlinks/f\nlinks/file\n", await FindAsync("links"));
    }

    [Fact]
    public async Task Pipes_are_neither_replaced_nor_waited_for()
    {
        string here = await MakeAsync("pipes", "f");
        ProgramResult made = await ProgramRun.RunAsync("mkfifo", [Path.Combine(here, "queue")], null, TimeSpan.FromSeconds(30), Cancel);
        await home.Api.ExecAsync("bob", "sh", "-c", "mkdir -p pipes && mkfifo pipes/f");

        ProgramResult onto = await home.RunAsync("cp", Path.Combine(here, "f"), "bob:pipes/f"), into = await home.RunAsync("cp", Path.Combine(here, "f"), "bob:pipes");
        ProgramResult all = await home.RunAsync("cp", "-r", here + "/.", "bob:beside");

        Assert.Equal((0, 1, 1), (made.ExitCode, onto.ExitCode, into.ExitCode));
        Assert.Equal("pelago: default/bob.main:pipes/f: pipes/f is a pipe, which a copy would take the place of: name another place, or remove it first\n", onto.Error);
        Assert.Contains("pipes/f is a pipe", into.Error, StringComparison.Ordinal);
        await home.Api.ExecAsync("bob", "test", "-p", "pipes/f");
        Assert.Equal((1, "beside/f\n"), (all.ExitCode, await FindAsync("beside")));
        Assert.Contains("queue is neither a file nor a directory, and is left out", all.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_cannot_be_put_here_takes_nothing_from_the_others()
    {
        await home.PrintAsync("cp", "-r", await MakeAsync("three", "a", "b", "c"), "bob:three");
        string target = home.Beside("blocked");
        Directory.CreateDirectory(Path.Combine(target, "three", "b"));

        ProgramResult result = await home.RunAsync("cp", "-r", "bob:three", target);

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("pelago: default/bob.main:three/b: ", Assert.Single(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.Equal(["a", "c"], Directory.GetFiles(Path.Combine(target, "three")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private async Task<string> FindAsync(string path) => string.Concat((await home.PrintAsync("find", "bob", path, "--type", "f"))
        .Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal).Select(file => file + "\n"));

    /// <summary>A directory here of files that hold their own names.</summary>
    private async Task<string> MakeAsync(string name, params string[] files)
    {
        string directory = home.Beside(name);
        foreach (string file in files)
        {
            string place = Path.Combine(directory, file);
            Directory.CreateDirectory(Path.GetDirectoryName(place)!);
            await File.WriteAllTextAsync(place, file + "\n", Cancel);
        }
        return directory;
    }
}
