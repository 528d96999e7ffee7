// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Node.Files;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Node.Tests.Files;

public sealed class DirectoryTreeTests : IDisposable
{
    private readonly TemporaryDirectory _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public void Directories_nested_deeper_than_a_path_can_say_are_removed()
    {
        const int Levels = 3000;
        Directory.CreateDirectory(_home["inner"]);
        File.WriteAllText(_home["inner/file"], "");
        for (int i = 0; i < Levels; i++)
        {
            Directory.CreateDirectory(_home["outer"]);
            Directory.Move(_home["inner"], _home["outer/d"]);
            Directory.Move(_home["outer"], _home["inner"]);
        }

        DirectoryTree.Delete(_home["inner"]);

        Assert.False(Directory.Exists(_home["inner"]));
    }

    [Fact]
    public async Task Names_that_are_no_text_are_removed()
    {
        const string Make = "mkdir -p \"$1/d\" && : >\"$1/d/$(printf 'bad\\377')\" && mkdir \"$1/$(printf 'dir\\377')\" && : >\"$1/$(printf 'dir\\377')/f\"";
        ProgramResult made = await ProgramRun.RunAsync("/bin/sh", ["-c", Make, "sh", _home["odd"]], null, TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        DirectoryTree.Delete(_home["odd"]);

        Assert.Equal(0, made.ExitCode);
        Assert.False(Directory.Exists(_home["odd"]));
    }

    [Fact]
    public void What_nobody_may_write_to_is_removed_and_what_a_link_leads_to_stays()
    {
        Directory.CreateDirectory(_home["tree/module/inner"]);
        Directory.CreateDirectory(_home["elsewhere/kept"]);
        File.WriteAllText(_home["tree/module/inner/file"], "");
        File.CreateSymbolicLink(_home["tree/module/link"], _home["elsewhere"]);
        foreach (string directory in (string[])["tree/module/inner", "tree/module", "tree"])
            File.SetUnixFileMode(_home[directory], UnixFileMode.UserRead | UnixFileMode.UserExecute);

        DirectoryTree.Delete(_home["tree"]);

        Assert.False(Directory.Exists(_home["tree"]));
        Assert.True(Directory.Exists(_home["elsewhere/kept"]));
    }

    [Fact]
    public void What_is_not_there_is_removed() => DirectoryTree.Delete(_home["nothing"]);
}
