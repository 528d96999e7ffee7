// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net.Sockets;
using Pelago.Node.Volumes;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Node.Tests.Volumes;

public sealed class HostPathTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("Directory", "a directory")]
    [InlineData("File", "a file")]
    [InlineData("Socket", "a socket file")]
    [InlineData("CharDevice", "a character device")]
    [InlineData("BlockDevice", "a block device")]
    public void What_is_something_else_than_asked_for_is_refused(string type, string words)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_directory["socket"]));
        Directory.CreateDirectory(_directory["directory"]);
        File.WriteAllText(_directory["file"], "");
        Dictionary<string, string> there = new()
        {
            ["Directory"] = _directory["directory"], ["File"] = _directory["file"], ["Socket"] = _directory["socket"], ["CharDevice"] = "/dev/null", ["Nothing"] = _directory["none"],
        };

        foreach ((string kind, string path) in there)
        {
            string? refusal = Record.Exception(() => HostPaths.Prepare(path, type))?.Message;
            Assert.Equal(kind == type ? null : $"hostPath type check failed: {path} is not {words}", refusal);
        }
    }

    [Fact]
    public void What_a_link_leads_to_counts()
    {
        Directory.CreateDirectory(_directory["directory"]);
        File.CreateSymbolicLink(_directory["link"], _directory["directory"]);

        HostPaths.Prepare(_directory["link"], "Directory");
        VolumeException refused = Assert.Throws<VolumeException>(() => HostPaths.Prepare(_directory["link"], "File"));

        Assert.Equal($"hostPath type check failed: {_directory["link"]} is not a file", refused.Message);
    }

    [Fact]
    public void What_is_to_be_made_is_made_once_and_kept()
    {
        HostPaths.Prepare(_directory["a/b"], "DirectoryOrCreate");
        HostPaths.Prepare(_directory["a/file"], "FileOrCreate");
        File.WriteAllText(_directory["a/file"], "kept");
        HostPaths.Prepare(_directory["a/file"], "FileOrCreate");

        Assert.Equal("kept", File.ReadAllText(_directory["a/file"]));
        Assert.Equal($"hostPath type check failed: {_directory["a/b"]} is not a file", Record.Exception(() => HostPaths.Prepare(_directory["a/b"], "FileOrCreate"))?.Message);
    }
}
