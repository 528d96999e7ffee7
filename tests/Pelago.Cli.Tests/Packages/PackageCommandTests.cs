// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Packages;

public sealed class PackageCommandTests : IDisposable
{
    private readonly TemporaryDirectory _home = new();

    public PackageCommandTests()
    {
        Write("package.json", """{"packagingVersion": "3.0", "name": "buoy", "version": "1.2", "maintainer": "a@example.com", "description": "Floats.", "tags": []}""");
        Write("config.json", """{"type": "object", "properties": {"cpus": {"type": "number", "minimum": 0.5, "default": 1}}}""");
        Write("marathon.json.mustache", """{"id": "buoy", "cpus": {{cpus}}}""");
    }

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("a command is needed: search, describe, install, list, upgrade, rollback, history, uninstall, render, validate, cli, repo", "package")]
    [InlineData("name a package, or say --all", "package", "render", "--repo", "x")]
    [InlineData("--all renders every package: leave the name out", "package", "render", "x", "--all", "--repo", "x")]
    [InlineData("--repo is needed: the folder with the packages", "package", "validate", "--all")]
    [InlineData("--set cpus: must be PATH=VALUE, as in service.cpus=2", "package", "render", "x", "--repo", "x", "--set", "cpus")]
    [InlineData("--app-id Bad Name: must be small letters", "package", "render", "x", "--repo", "x", "--app-id", "Bad Name")]
    [InlineData("--app-id /team//web: must be small letters", "package", "render", "x", "--repo", "x", "--app-id", "/team//web")]
    [InlineData("--app-id : must be small letters", "package", "render", "x", "--repo", "x", "--app-id", "")]
    public async Task A_line_that_cannot_be_understood_ends_with_2(string message, params string[] arguments)
    {
        ProgramResult result = await CliProcess.RunAsync(_home.Path, arguments);

        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith($"pelago: {message}", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_package_is_rendered_with_options_of_a_file_and_of_the_line()
    {
        await File.WriteAllTextAsync(_home["options.yaml"], "cpus: 2\n", TestContext.Current.CancellationToken);

        ProgramResult lines = await CliProcess.RunAsync(_home.Path, "package", "render", "buoy", "--repo", _home["universe"], "--options", _home["options.yaml"], "--set", "cpus=3.0", "--app-id", "/sea", "--lines");
        ProgramResult all = await CliProcess.RunAsync(_home.Path, "package", "render", "--all", "--repo", _home["universe"], "--lines");

        Assert.Equal("{\"cpus\":3,\"id\":\"/sea\"}\n", lines.Output);
        Assert.Equal("B/buoy/7\t{\"cpus\":1,\"id\":\"buoy\"}\n", all.Output);
        Assert.Equal(0, all.ExitCode);
    }

    [Fact]
    public async Task An_option_that_is_not_allowed_is_named_with_the_flag_that_sets_it_right()
    {
        ProgramResult result = await CliProcess.RunAsync(_home.Path, "package", "render", "buoy", "--repo", _home["universe"], "--set", "cpus=0.1");

        Assert.Equal(1, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Equal("pelago: /cpus: minimum: expected 0.5 or more, found number 0.1; set it with --set cpus=0.5\npelago: buoy 1.2 was not rendered\n", result.Error);
    }

    [Fact]
    public async Task What_Kubernetes_objects_are_named_after_is_a_name_that_could_be_installed()
    {
        File.Delete(_home["universe/B/buoy/7/marathon.json.mustache"]);
        Write("package.json", """{"packagingVersion": "pelago-1", "name": "buoy", "version": "1.2", "maintainer": "a@example.com", "description": "Floats.", "tags": []}""");
        Write("kubernetes.yaml.mustache", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \"{{installation.name}}\"}\n");

        ProgramResult path = await CliProcess.RunAsync(_home.Path, "package", "render", "buoy", "--repo", _home["universe"], "--app-id", "/sea/buoy");
        ProgramResult name = await CliProcess.RunAsync(_home.Path, "package", "render", "buoy", "--repo", _home["universe"], "--app-id", "sea-buoy");

        Assert.Equal(2, path.ExitCode);
        Assert.StartsWith("pelago: --app-id /sea/buoy: buoy is installed under a name of small letters", path.Error, StringComparison.Ordinal);
        Assert.Contains("name: sea-buoy", name.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_has_no_line_among_all_is_counted_with_what_shows_it()
    {
        foreach ((string revision, string file) in new[] { ("8", "marathon.json.mustache"), ("9", "kubernetes.yaml.mustache"), ("10", "package.json") })
        {
            Directory.CreateDirectory(_home[$"universe/B/buoy/{revision}"]);
            await File.WriteAllTextAsync(_home[$"universe/B/buoy/{revision}/{file}"], "{", TestContext.Current.CancellationToken);
        }

        ProgramResult all = await CliProcess.RunAsync(_home.Path, "package", "render", "--all", "--repo", _home["universe"]);

        Assert.Equal((0, "B/buoy/7\n"), (all.ExitCode, all.Output));
        Assert.Contains("\n1 of 4 revisions were rendered\n  1 not with default options", all.Error, StringComparison.Ordinal);
        Assert.Contains("\n  1 print Kubernetes objects", all.Error, StringComparison.Ordinal);
        Assert.EndsWith("\n  1 have no template: there is nothing of them to run\n", all.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validation_prints_file_line_and_pointer_and_ends_with_1()
    {
        ProgramResult valid = await CliProcess.RunAsync(_home.Path, "package", "validate", "--all", "--repo", _home["universe"]);
        Write("config.json", "{\n  \"type\": \"object\",\n  \"properties\": []\n}\n");
        ProgramResult invalid = await CliProcess.RunAsync(_home.Path, "package", "validate", "buoy", "--repo", _home["universe"]);

        Assert.Equal((0, "", "1 revision in 3 files: 1 accepted, 0 refused\n"), (valid.ExitCode, valid.Output, valid.Error));
        Assert.Equal(1, invalid.ExitCode);
        Assert.Equal($"{_home["universe/B/buoy/7/config.json"]}:3: /properties: type: expected an object, found array of 0 items\n", invalid.Output);
    }

    [Fact]
    public async Task A_version_of_two_revisions_is_said_with_both_places()
    {
        Directory.CreateDirectory(_home["universe/B/buoy/8"]);
        foreach (string file in Directory.GetFiles(_home["universe/B/buoy/7"]))
            File.Copy(file, Path.Combine(_home["universe/B/buoy/8"], Path.GetFileName(file)));

        ProgramResult result = await CliProcess.RunAsync(_home.Path, "package", "validate", "buoy", "--repo", _home["universe"]);

        Assert.Equal((0, ""), (result.ExitCode, result.Output));
        Assert.Equal(
            $"warning: {_home["universe/B/buoy/8/package.json"]}:1: /version: is \"1.2\", and so it is in {_home["universe/B/buoy/7/package.json"]}: each revision of a package has a version of its own\n"
            + "2 revisions in 6 files: 2 accepted, 0 refused\n", result.Error);
    }

    [Theory]
    [InlineData("no package bouy in ", "bouy", null)]
    [InlineData("buoy has no version 2 in ", "buoy", "2")]
    public async Task What_is_not_there_ends_with_3(string message, string name, string? version)
    {
        string[] flag = version is null ? [] : ["--package-version", version];

        ProgramResult result = await CliProcess.RunAsync(_home.Path, ["package", "render", name, "--repo", _home["universe"], .. flag]);

        Assert.Equal(3, result.ExitCode);
        Assert.StartsWith($"pelago: {message}", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Packages_of_the_folder_are_offered_to_complete_a_name()
    {
        ProgramResult result = await CliProcess.RunAsync(_home.Path, "__complete", "--", "package", "render", "--repo", _home["universe"], "b");

        Assert.Equal("buoy\n", result.Output);
    }

    private void Write(string file, string text)
    {
        Directory.CreateDirectory(_home["universe/B/buoy/7"]);
        File.WriteAllText(_home[$"universe/B/buoy/7/{file}"], text);
    }
}
