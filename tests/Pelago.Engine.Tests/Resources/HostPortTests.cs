// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Tests.Server;
using Pelago.Kube;
using Xunit;
using static Pelago.Engine.Tests.Server.EngineFixture;

namespace Pelago.Engine.Tests.Resources;

public class HostPortTests(EngineFixture engine)
{
    private const string Spec = """{"containers":[{"name":"c","image":"i"}]}""";

    [Fact]
    public async Task A_request_that_cannot_be_read_is_refused_and_its_entry_named()
    {
        string ns = await NamespaceAsync();

        Answer pod = await engine.SendAsync("POST", $"/api/v1/namespaces/{ns}/pods", Pod("a", "http=auto, admin=99999"));
        Answer deployment = await engine.SendAsync("POST", $"/apis/apps/v1/namespaces/{ns}/deployments", $$"""
            {"metadata":{"name":"a"},"spec":{"selector":{"matchLabels":{"a":"b"} },
             "template":{"metadata":{"labels":{"a":"b"},"annotations":{"ports.pelago.dev/host":"http=x"} },"spec":{{Spec}} } } }
            """);
        Answer cron = await engine.SendAsync("POST", $"/apis/batch/v1/namespaces/{ns}/cronjobs", $$"""
            {"metadata":{"name":"a"},"spec":{"schedule":"* * * * *","jobTemplate":{"spec":{
             "template":{"metadata":{"annotations":{"ports.pelago.dev/host":"http"} },"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i"}]} } } } } }
            """);

        Assert.Equal((422, "Invalid"), (pod.Code, pod.Reason));
        Assert.Contains(
            "metadata.annotations[ports.pelago.dev/host]: Invalid value: \"http=auto, admin=99999\": entry \"admin=99999\" cannot be used: \"99999\" is neither auto nor a port",
            pod.Message, StringComparison.Ordinal);
        Assert.Equal(422, deployment.Code);
        Assert.Contains("spec.template.annotations[ports.pelago.dev/host]", deployment.Message, StringComparison.Ordinal);
        Assert.Equal(422, cron.Code);
        Assert.Contains("spec.jobTemplate.spec.template.annotations[ports.pelago.dev/host]", cron.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ports_are_given_with_the_binding_only_and_do_not_change()
    {
        string ns = await NamespaceAsync();
        string path = $"/api/v1/namespaces/{ns}/pods";
        var forged = new KubeObject(await engine.CreateAsync(path, Pod("a", "http=auto", ",\"ports.pelago.dev/host-allocated\":\"http=22\"")));
        Assert.Null(forged.Annotations!.String("ports.pelago.dev/host-allocated"));

        Answer binding = await engine.SendAsync("POST", $"{path}/a/binding", """
            {"metadata":{"name":"a","annotations":{"ports.pelago.dev/host-allocated":"http=31005"}},"target":{"kind":"Node","name":"n"}}
            """);
        Answer got = await engine.SendAsync("GET", $"{path}/a");
        Answer changed = await engine.SendAsync("PUT", $"{path}/a", got.Json.ToJsonString().Replace("http=31005", "http=22", StringComparison.Ordinal));
        Answer asked = await engine.SendAsync("PUT", $"{path}/a", got.Json.ToJsonString().Replace("http=auto", "http=31006", StringComparison.Ordinal));

        Assert.Equal(201, binding.Code);
        Assert.Equal("http=31005", new KubeObject(got.Json).Annotations!.String("ports.pelago.dev/host-allocated"));
        Assert.Equal(422, changed.Code);
        Assert.Contains("metadata.annotations[ports.pelago.dev/host-allocated]: Forbidden: is written by the scheduler", changed.Message, StringComparison.Ordinal);
        Assert.Equal(422, asked.Code);
        Assert.Contains("may not change once the pod has a node", asked.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_port_of_an_entry_alone_is_given_with_the_binding_only_and_does_not_change_either()
    {
        const string Http = "host.ports.pelago.dev/http", Other = "host.ports.pelago.dev/other";
        string path = $"/api/v1/namespaces/{await NamespaceAsync()}/pods";
        var forged = new KubeObject(await engine.CreateAsync(path, Pod("a", "http=auto", $",\"{Http}\":\"22\",\"{Other}\":\"22\",\"note\":\"kept\"")));
        Assert.Equal((null, null, "kept"), (forged.Annotations!.String(Http), forged.Annotations!.String(Other), forged.Annotations!.String("note")));

        Answer binding = await engine.SendAsync("POST", $"{path}/a/binding", $$"""
            {"metadata":{"name":"a","annotations":{"ports.pelago.dev/host-allocated":"http=31005","{{Http}}":"31005"} },"target":{"kind":"Node","name":"n"} }
            """);
        KubeObject got = new((await engine.SendAsync("GET", $"{path}/a")).Json);
        Answer same = await engine.SendAsync("PUT", $"{path}/a", got.Json.ToJsonString());
        string text = same.Json.ToJsonString();
        Answer changed = await engine.SendAsync("PUT", $"{path}/a", text.Replace($"\"{Http}\":\"31005\"", $"\"{Http}\":\"22\"", StringComparison.Ordinal));
        Answer removed = await engine.SendAsync("PUT", $"{path}/a", text.Replace($"\"{Http}\":\"31005\"", "\"note2\":\"\"", StringComparison.Ordinal));
        Answer added = await engine.SendAsync("PUT", $"{path}/a", text.Replace($"\"{Http}\":\"31005\"", $"\"{Http}\":\"31005\",\"{Other}\":\"22\"", StringComparison.Ordinal));

        Assert.Equal((201, 200), (binding.Code, same.Code));
        Assert.Equal("31005", got.Annotations!.String(Http));
        Assert.Equal((422, 422, 422), (changed.Code, removed.Code, added.Code));
        Assert.Contains($"metadata.annotations[{Http}]: Forbidden: is written by the scheduler", changed.Message, StringComparison.Ordinal);
        Assert.Contains($"metadata.annotations[{Http}]: Forbidden", removed.Message, StringComparison.Ordinal);
        Assert.Contains($"metadata.annotations[{Other}]: Forbidden", added.Message, StringComparison.Ordinal);
    }

    private async Task<string> NamespaceAsync()
    {
        string ns = await engine.NamespaceAsync();
        await engine.CreateAsync($"/api/v1/namespaces/{ns}/serviceaccounts", """{"metadata":{"name":"default"}}""");
        return ns;
    }

    private static string Pod(string name, string ports, string more = "") =>
        $$"""{"metadata":{"name":"{{name}}","annotations":{"ports.pelago.dev/host":"{{ports}}"{{more}} } },"spec":{{Spec}} }""";
}
