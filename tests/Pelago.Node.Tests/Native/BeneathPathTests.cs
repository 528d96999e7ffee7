// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Node.Native;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Node.Tests.Native;

public sealed class BeneathPathTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly string _root;

    public BeneathPathTests()
    {
        _root = _directory["root"];
        Directory.CreateDirectory(Path.Combine(_root, "etc"));
        File.WriteAllText(Path.Combine(_root, "etc/motd"), "inside");
        File.WriteAllText(_directory["motd"], "outside");
    }

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("etc/motd")]
    [InlineData("/etc/motd")]
    [InlineData("../../etc/motd")]
    [InlineData("absolute")]
    [InlineData("upwards")]
    public void In_a_root_every_path_leads_where_a_process_with_that_root_would_come(string path)
    {
        File.CreateSymbolicLink(Path.Combine(_root, "absolute"), "/etc/motd");
        File.CreateSymbolicLink(Path.Combine(_root, "upwards"), "../../../etc/motd");

        using BeneathPath? found = BeneathPath.OpenInRoot(_root, path);

        Assert.True(found is { IsFile: true });
        Assert.Equal("inside", File.ReadAllText(found.Path));
    }

    [Theory]
    [InlineData("../motd")]
    [InlineData("link")]
    [InlineData("proc/self/root/etc/motd")]
    public void Nothing_outside_of_a_root_is_found(string path)
    {
        File.CreateSymbolicLink(Path.Combine(_root, "link"), _directory["motd"]);
        File.CreateSymbolicLink(Path.Combine(_root, "proc"), "/proc");

        Assert.Null(BeneathPath.OpenInRoot(_root, path, out bool isLoop));
        Assert.Equal(path.StartsWith("proc", StringComparison.Ordinal), isLoop); // a link to itself, there
    }

    [Fact]
    public void Directories_are_made_below_the_root_and_not_behind_links()
    {
        Directory.CreateDirectory(_directory["elsewhere"]);
        File.CreateSymbolicLink(Path.Combine(_root, "link"), _directory["elsewhere"]);

        Assert.True(BeneathPath.MakeDirectory(_root, "etc/new/newer", UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite));
        Assert.True(Directory.Exists(Path.Combine(_root, "etc/new/newer")));

        const UnixFileMode Everybody = (UnixFileMode)0x1ff;
        Assert.True(BeneathPath.MakeDirectory(_root, "etc/open/wide", Everybody));
        Assert.Equal((Everybody, Everybody), (File.GetUnixFileMode(Path.Combine(_root, "etc/open")), File.GetUnixFileMode(Path.Combine(_root, "etc/open/wide"))));
        Assert.False(BeneathPath.MakeDirectory(_root, "link/new", UnixFileMode.UserRead));
        Assert.False(BeneathPath.MakeDirectory(_root, "etc/motd/new", UnixFileMode.UserRead));
        Assert.Empty(Directory.GetFileSystemEntries(_directory["elsewhere"]));
    }

    [Fact]
    public void The_root_itself_is_a_directory()
    {
        using BeneathPath? found = BeneathPath.OpenInRoot(_root, "");

        Assert.True(found is { IsDirectory: true });
    }
}
