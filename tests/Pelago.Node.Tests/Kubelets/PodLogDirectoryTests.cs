// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using Pelago.Kube;
using Pelago.Node.Kubelets;
using Pelago.Node.Logs;
using Pelago.Node.Native;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Node.Tests.Kubelets;

public sealed class PodLogDirectoryTests : IDisposable
{
    private const string Record = "2026-01-02T03:04:05.000000000Z stdout F said\n";
    private readonly TemporaryDirectory _directory = new();
    private readonly string _root;
    private readonly string _log;

    public PodLogDirectoryTests()
    {
        _root = _directory["pods"];
        _log = Path.Combine(_root, "default_web_1/main/0.log");
        Directory.CreateDirectory(_directory["secret"]);
        Directory.CreateDirectory(Path.Combine(_root, "default_web_1"));
        File.WriteAllText(_directory["secret/0.log"], Record);
    }

    private string Container => Path.GetDirectoryName(_log)!;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_log_is_read_though_its_name_leads_elsewhere_by_now()
    {
        Directory.CreateDirectory(Container);
        File.WriteAllText(_log, Record);
        using BeneathPath opened = PodLogDirectory.Open(_root, _log);
        Directory.Move(Container, _directory["moved"]);
        File.CreateSymbolicLink(Container, _directory["nothing"]);

        Assert.Equal("said\n", await ReadAsync(opened));
    }

    [Fact]
    public void A_link_in_the_place_of_the_directory_is_refused()
    {
        File.CreateSymbolicLink(Container, _directory["secret"]);

        Assert.Throws<ApiStatusException>(() => PodLogDirectory.Open(_root, _log));
    }

    [Fact]
    public async Task A_link_in_the_place_of_the_file_is_not_read()
    {
        Directory.CreateDirectory(Container);
        File.CreateSymbolicLink(_log, _directory["secret/0.log"]);
        File.CreateSymbolicLink(_log + ".20260102-030405", _directory["secret/0.log"]);
        using BeneathPath opened = PodLogDirectory.Open(_root, _log);

        Assert.Equal("", await ReadAsync(opened));
    }

    [Theory]
    [InlineData("secret/0.log")]
    [InlineData("pods/../secret/0.log")]
    [InlineData("pods/0.log")]
    public void A_log_elsewhere_is_refused(string path) =>
        Assert.Throws<ApiStatusException>(() => PodLogDirectory.Open(_root, $"{_directory.Path}/{path}"));

    private static async Task<string> ReadAsync(BeneathPath directory)
    {
        using var output = new MemoryStream();
        var reader = new LogReader($"{directory.Path}/0.log", new LogQuery(), new LogSignals(TimeProvider.System));
        await reader.WriteToAsync(output, Task.CompletedTask, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(output.ToArray());
    }
}
