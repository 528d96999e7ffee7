// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.Client;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Operate;

/// <summary>Files whose names are no UTF-8 never seem not to be there.</summary>
[Collection(nameof(FilesHome))]
[Trait("Cluster", "Given")]
public sealed class UnnamedFileTests(FilesHome home) : IAsyncLifetime
{
    private const string Files = """
        mkdir -p data/in; echo x >data/good; : >"data/$(printf 'a\377')"; : >"data/$(printf 'b\376')"; : >"data/in/$(printf '\377')"; echo made
        """;

    private const string OfData = "pelago: default/odd.main:data: 2 names are not UTF-8 and are left out\n";
    private const string OfInner = "pelago: default/odd.main:data/in: 1 name is not UTF-8 and is left out\n";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await home.AddAsync("odd", "exec sleep 1000");
        await home.Api.AnswersAsync("odd", "made", "sh", "-c", Files);
    }

    /// <summary>What takes the home away could not name them.</summary>
    public async ValueTask DisposeAsync() => await home.Api.ExecAsync("odd", "rm", "-rf", "data");

    [Fact]
    public async Task What_lists_them_or_copies_them_says_where_they_are_and_fails()
    {
        string here = home.Beside("odd");

        ProgramResult listed = await home.RunAsync("ls", "odd", "data"), found = await home.RunAsync("find", "odd", "data");
        ProgramResult copied = await home.RunAsync("cp", "-r", "odd:data", here), sums = await home.RunAsync("du", "odd", "data/in");

        Assert.Equal((1, 2, OfData), (listed.ExitCode, listed.Output.Count(letter => letter == '\n'), listed.Error));
        Assert.Equal((1, "data\ndata/good\ndata/in\n", OfData + OfInner), (found.ExitCode, found.Output, found.Error));
        Assert.Equal((1, OfData + OfInner), (copied.ExitCode, copied.Error));
        Assert.Equal("x\n", await File.ReadAllTextAsync(Path.Combine(here, "good"), Cancel));
        Assert.Equal((1, OfInner), (sums.ExitCode, sums.Error));
    }

    [Fact]
    public async Task Commands_alone_tell_them_as_the_node_does()
    {
        using var api = new HttpKubeApi(Kubeconfig.Load([home.Kubeconfig], mustExist: true).Connect(null, TimeProvider.System), HttpKubeApiOptions.Default, TimeProvider.System);
        var place = new TaskPlace("default", "odd", "main");

        foreach (ITaskFiles files in new ITaskFiles[] { new NodeTaskFiles(api, place), new ExecTaskFiles(api, place) })
        {
            var paths = new List<string>();
            await foreach (TaskFile file in files.FindAsync("data", new FindRequest(), Cancel))
                paths.Add(file.Path);

            Assert.Equal(["", "good", "in"], paths.Order(StringComparer.Ordinal));
            Assert.Equal([new UnnamedFiles("data", 2), new UnnamedFiles("data/in", 1)], files.Unnamed.OrderBy(some => some.Path, StringComparer.Ordinal));
        }
    }
}
