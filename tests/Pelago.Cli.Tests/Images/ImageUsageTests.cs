// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Images;

public sealed class ImageUsageTests
{
    [Fact]
    public async Task What_cannot_be_read_is_said_before_anybody_is_asked()
    {
        await using var home = new LocalHome();

        ProgramResult absent = await home.RunAsync("image", "import", home.Beside("none.tar"));
        ProgramResult directory = await home.RunAsync("image", "import", Path.GetTempPath());

        Assert.Equal((3, $"pelago: {home.Beside("none.tar")} cannot be imported: there is no such file\n"), (absent.ExitCode, absent.Error));
        Assert.Equal(2, directory.ExitCode);
        Assert.Contains("is a directory, and an archive is needed: tar -C", directory.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pelago: Bad Name: is no name of an image", "image", "pull", "Bad Name")]
    [InlineData("pelago: --runtime docker: must be one of containerd, process", "up", "--runtime", "docker")]
    public async Task Bad_words_are_named_with_what_they_should_be(string message, params string[] arguments)
    {
        await using var home = new LocalHome();

        ProgramResult result = await home.RunAsync(arguments);

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith(message, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_cluster_the_message_says_how_to_get_one()
    {
        await using var home = new LocalHome();

        ProgramResult result = await home.RunAsync("image", "ls");

        Assert.Equal(3, result.ExitCode);
        Assert.Contains($"no cluster was ever started in {home.Root}: run 'pelago up' first", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_of_processes_has_no_images_and_says_what_to_do()
    {
        await using var home = new LocalHome();
        await home.UpAsync("--runtime", "process");
        await File.WriteAllTextAsync(home.Beside("a.tar"), "anything", TestContext.Current.CancellationToken);

        ProgramResult ls = await home.RunAsync("image", "ls");
        ProgramResult import = await home.RunAsync("image", "import", home.Beside("a.tar"), "--node", "node-1");

        Assert.Equal((1, 1), (ls.ExitCode, import.ExitCode));
        const string Instead = "pelago up --detach --runtime containerd --home DIR";
        Assert.Contains("cluster pelago-1 runs its pods as processes of this machine, where an image is only a label", ls.Error, StringComparison.Ordinal);
        Assert.Contains(Instead, ls.Error, StringComparison.Ordinal);
        Assert.Contains("node node-1 of cluster pelago-1 runs its pods as processes", import.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("import", "Put the images of an archive onto the nodes", "docker save app:1.2 | pelago image import -")]
    [InlineData("ls", "List the images on the nodes", "pelago image ls -o wide")]
    [InlineData("rm", "Remove images from the nodes", "pelago image rm app:1.2")]
    [InlineData("pull", "Fetch an image from its registry to the nodes", "pelago image pull nginx:1.25")]
    public async Task Help_has_examples(string command, string what, string example)
    {
        await using var home = new LocalHome();

        ProgramResult help = await home.RunAsync("image", command, "--help");

        Assert.Equal(0, help.ExitCode);
        Assert.Contains(what, help.Output, StringComparison.Ordinal);
        Assert.Contains(example, help.Output, StringComparison.Ordinal);
    }
}
