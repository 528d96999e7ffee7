// SPDX-License-Identifier: Apache-2.0

using System.Net.Http;
using System.Text;
using System.Text.Json.Nodes;
using Pelago.Conformance.Harness;
using Xunit;

namespace Pelago.Conformance.ApiMachinery;

public sealed class WriteTests(TestCluster cluster) : ApiTest(cluster)
{
    [Fact]
    public async Task Update_with_an_old_version_conflicts_with_the_text_that_clients_match()
    {
        JsonObject old = (await Api.PostAsync(Path("configmaps"), ConfigMap("one"))).Expect(201).Json;
        await Api.PatchAsync(Path("configmaps", "one"), "merge-patch+json", """{"data":{"n":"1"}}""");

        RawAnswer answer = await Api.PutAsync(Path("configmaps", "one"), old.ToJsonString());

        Assert.Equal(409, answer.Code);
        Assert.Equal("Conflict", answer.Reason);
        Assert.Equal("Operation cannot be fulfilled on configmaps \"one\": the object has been modified; please apply your changes to the latest version and try again", answer.Message);
    }

    [Fact]
    public async Task Update_that_changes_nothing_keeps_the_version_and_makes_no_event()
    {
        await RootCertificateAsync();
        JsonObject one = (await Api.PostAsync(Path("configmaps"), ConfigMap("one", """{"a":"1"}"""))).Expect(201).Json;
        using RawWatch watch = await Api.WatchAsync(Path("configmaps", query: $"watch=true&resourceVersion={one["metadata"]!["resourceVersion"]}"));

        RawAnswer put = await Api.PutAsync(Path("configmaps", "one"), one.ToJsonString());
        RawAnswer patch = await Api.PatchAsync(Path("configmaps", "one"), "merge-patch+json", """{"data":{"a":"1"}}""");
        await Api.PostAsync(Path("configmaps"), ConfigMap("two"));

        Assert.Equal(one["metadata"]!["resourceVersion"]!.GetValue<string>(), put.Expect(200).Json["metadata"]!["resourceVersion"]!.GetValue<string>());
        Assert.Equal(one["metadata"]!["resourceVersion"]!.GetValue<string>(), patch.Expect(200).Json["metadata"]!["resourceVersion"]!.GetValue<string>());
        await watch.ExpectAsync("ADDED", "two");
    }

    [Fact]
    public async Task Generate_name_makes_a_name_of_five_random_letters()
    {
        JsonObject made = (await Api.PostAsync(Path("configmaps"), """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"generateName":"auto-"}}""")).Expect(201).Json;

        Assert.Matches("^auto-[bcdfghjklmnpqrstvwxz2456789]{5}$", made["metadata"]!["name"]!.GetValue<string>());
        Assert.Equal("auto-", made["metadata"]!["generateName"]!.GetValue<string>());
    }

    [Fact]
    public async Task Create_sets_uid_time_and_version_whatever_the_client_sent()
    {
        JsonObject made = (await Api.PostAsync(Path("configmaps"), """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one","uid":"mine","creationTimestamp":"2001-01-01T00:00:00Z","generation":7}}""")).Expect(201).Json;

        Assert.Matches("^[0-9a-f]{8}-[0-9a-f]{4}-", made["metadata"]!["uid"]!.GetValue<string>());
        Assert.Matches(@"^20[2-9]\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$", made["metadata"]!["creationTimestamp"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one","resourceVersion":"5"}}""", 500, "resourceVersion should not be set on objects to be created")]
    [InlineData("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one","namespace":"elsewhere"}}""", 400, "the namespace of the provided object does not match the namespace sent on the request")]
    [InlineData("""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"one"}}""", 400, "Secret")]
    [InlineData("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{}}""", 422, "name or generateName is required")]
    [InlineData("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one"}""", 400, "")]
    [InlineData("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":5}}""", 400, "")]
    [InlineData("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one","labels":{"a b":"c"}}}""", 422, "metadata.labels")]
    [InlineData("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one","finalizers":["not qualified"]}}""", 422, "metadata.finalizers")]
    [InlineData("[]", 400, "")]
    [InlineData("", 400, "")]
    public async Task Bad_documents_are_refused(string body, int code, string text)
    {
        RawAnswer answer = await Api.PostAsync(Path("configmaps"), body);

        Assert.True(answer.Code == code, $"expected {code}: {answer.Text}");
        Assert.Equal("Status", answer.Json["kind"]!.GetValue<string>());
        Assert.Contains(text, answer.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/xml")]
    public async Task Unknown_content_type_is_unsupported(string type)
    {
        RawAnswer answer = await Api.PostAsync(Path("configmaps"), ConfigMap("one"), type);

        Assert.Equal(415, answer.Code);
        Assert.Equal("UnsupportedMediaType", answer.Reason);
    }

    [Fact]
    public async Task Yaml_is_read_and_written()
    {
        RawAnswer answer = await Api.PostAsync(Path("configmaps"), "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: yes-yaml\ndata:\n  a: 'on'\n", "application/yaml", "application/yaml");

        Assert.Equal(201, answer.Code);
        Assert.Contains("name: yes-yaml\n", answer.Text, StringComparison.Ordinal);
        Assert.Contains("a: \"on\"\n", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unacceptable_answer_type_is_406()
    {
        RawAnswer answer = await Api.GetAsync(Path("configmaps"), "image/png");

        Assert.Equal(406, answer.Code);
        Assert.Equal("NotAcceptable", answer.Reason);
    }

    [Fact]
    public async Task Body_over_three_mebibytes_is_too_large()
    {
        RawAnswer answer = await Api.PostAsync(Path("configmaps"), ConfigMap("one", $$"""{"a":"{{new string('x', 3 * 1024 * 1024 + 1)}}"}"""));

        Assert.Equal(413, answer.Code);
        Assert.Equal("RequestEntityTooLarge", answer.Reason);
    }

    [Fact]
    public async Task Deep_nesting_is_refused_and_hurts_nobody()
    {
        string bomb = string.Concat(Enumerable.Repeat("{\"a\":", 100_000)) + "1" + new string('}', 100_000);

        RawAnswer answer = await Api.PostAsync(Path("configmaps"), bomb);

        Assert.InRange(answer.Code, 400, 422);
        (await Api.GetAsync(Path("configmaps"))).Expect(200);
    }

    [Fact]
    public async Task Deletion_answers_with_the_uid_and_the_object_is_gone()
    {
        JsonObject made = (await Api.PostAsync(Path("configmaps"), ConfigMap("one"))).Expect(201).Json;

        RawAnswer gone = await Api.DeleteAsync(Path("configmaps", "one"));

        Assert.Equal("Success", gone.Expect(200).Json["status"]!.GetValue<string>());
        Assert.Equal(made["metadata"]!["uid"]!.GetValue<string>(), gone.Json["details"]!["uid"]!.GetValue<string>());
        Assert.Equal("configmaps \"one\" not found", (await Api.GetAsync(Path("configmaps", "one"))).Expect(404).Message);
    }

    [Fact]
    public async Task Deletion_with_the_wrong_precondition_conflicts()
    {
        (await Api.PostAsync(Path("configmaps"), ConfigMap("one"))).Expect(201);

        RawAnswer answer = await Api.DeleteAsync(Path("configmaps", "one"), """{"apiVersion":"v1","kind":"DeleteOptions","preconditions":{"uid":"not-this-one"}}""");

        Assert.Equal(409, answer.Code);
        Assert.Contains("the UID in the precondition (not-this-one) does not match the UID in record", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Finalizer_holds_a_deleted_object_until_it_is_removed()
    {
        (await Api.PostAsync(Path("configmaps"), """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"one","finalizers":["example.test/hold"]}}""")).Expect(201);

        RawAnswer deleted = await Api.DeleteAsync(Path("configmaps", "one"));
        RawAnswer still = (await Api.GetAsync(Path("configmaps", "one"))).Expect(200);
        RawAnswer more = await Api.PatchAsync(Path("configmaps", "one"), "merge-patch+json", """{"metadata":{"finalizers":["example.test/hold","example.test/more"]}}""");
        await Api.PatchAsync(Path("configmaps", "one"), "merge-patch+json", """{"metadata":{"finalizers":null}}""");

        Assert.Equal(200, deleted.Code);
        Assert.NotNull(still.Json["metadata"]!["deletionTimestamp"]);
        Assert.Equal(422, more.Code);
        (await Api.GetAsync(Path("configmaps", "one"))).Expect(404);
    }

    [Fact]
    public async Task Collection_deletion_takes_what_the_selector_selects()
    {
        foreach (string name in new[] { "a", "b", "c" })
            await Api.PostAsync(Path("configmaps"), ConfigMap(name, labels: name == "c" ? "{}" : """{"go":"yes"}"""));

        (await Api.DeleteAsync(Path("configmaps", query: "labelSelector=go%3Dyes"))).Expect(200);

        RawAnswer left = await Api.GetAsync(Path("configmaps", query: "labelSelector=go%3Dyes"));
        Assert.Empty(left.Json["items"]!.AsArray());
        (await Api.GetAsync(Path("configmaps", "c"))).Expect(200);
    }

    [Fact]
    public async Task Dry_run_answers_as_if_and_stores_nothing()
    {
        RawAnswer made = await Api.PostAsync(Path("configmaps", query: "dryRun=All"), ConfigMap("one"));

        Assert.Equal(201, made.Code);
        Assert.NotNull(made.Json["metadata"]!["uid"]);
        (await Api.GetAsync(Path("configmaps", "one"))).Expect(404);
    }

    [Fact]
    public async Task Status_subresource_changes_status_and_nothing_else()
    {
        (await Api.PostAsync(Path("apps/v1/deployments"), """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"replicas":0,"paused":true,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}""")).Expect(201);

        RawAnswer answer = await Api.PatchAsync(Path("apps/v1/deployments", "d/status"), "merge-patch+json", """{"spec":{"replicas":9},"status":{"conditions":[{"type":"Tested","status":"True"}]}}""");

        Assert.Equal(0, answer.Expect(200).Json["spec"]!["replicas"]!.GetValue<int>());
        Assert.Equal("Tested", answer.Json["status"]!["conditions"]![0]!["type"]!.GetValue<string>());
    }

    [Fact]
    public async Task Generation_counts_changes_of_the_spec_only()
    {
        (await Api.PostAsync(Path("apps/v1/deployments"), """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"replicas":0,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}""")).Expect(201);

        RawAnswer labelled = await Api.PatchAsync(Path("apps/v1/deployments", "d"), "merge-patch+json", """{"metadata":{"labels":{"x":"y"}}}""");
        RawAnswer changed = await Api.PatchAsync(Path("apps/v1/deployments", "d"), "merge-patch+json", """{"spec":{"minReadySeconds":3}}""");

        Assert.Equal(1, labelled.Expect(200).Json["metadata"]!["generation"]!.GetValue<int>());
        Assert.Equal(2, changed.Expect(200).Json["metadata"]!["generation"]!.GetValue<int>());
    }

    [Fact]
    public async Task Scale_subresource_reads_and_sets_the_replicas()
    {
        (await Api.PostAsync(Path("apps/v1/deployments"), """{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"replicas":0,"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}""")).Expect(201);

        JsonObject scale = [];
        // The controller writes the new object's status meanwhile, so the version that was read may be an old one.
        await Until(
            async () =>
            {
                scale = (await Api.GetAsync(Path("apps/v1/deployments", "d/scale"))).Expect(200).Json;
                scale["spec"] = new JsonObject { ["replicas"] = 0 };
                RawAnswer put = await Api.PutAsync(Path("apps/v1/deployments", "d/scale"), scale.ToJsonString());
                return put.Code == 200 || (put.Reason == "Conflict" ? false : throw new InvalidOperationException(put.Text));
            },
            "the scale is written");

        Assert.Equal("Scale", scale["kind"]!.GetValue<string>());
        Assert.Equal("a=b", scale["status"]!["selector"]!.GetValue<string>());
    }

    [Fact]
    public async Task Method_that_a_path_does_not_have_is_405()
    {
        RawAnswer answer = await Api.SendAsync(HttpMethod.Put, Path("configmaps"), "{}", "application/json", null);

        Assert.Equal(405, answer.Code);
        Assert.Equal("MethodNotAllowed", answer.Reason);
    }

    [Fact]
    public async Task Paths_that_nothing_serves_are_404()
    {
        Assert.Equal(404, (await Api.GetAsync("/apis/no.such.group/v1")).Code);
        Assert.Equal(404, (await Api.GetAsync(Path("unicorns"))).Code);
        Assert.Equal(404, (await Api.GetAsync(Path("configmaps", "one/unknown"))).Code);
    }

    [Fact]
    public async Task Whole_numbers_survive_and_secrets_are_base64()
    {
        RawAnswer secret = await Api.PostAsync(Path("secrets"), """{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"stringData":{"k":"välue"}}""");

        Assert.Equal("välue", Encoding.UTF8.GetString(Convert.FromBase64String(secret.Expect(201).Json["data"]!["k"]!.GetValue<string>())));
        Assert.Null(secret.Json["stringData"]);
        Assert.Equal("Opaque", secret.Json["type"]!.GetValue<string>());
    }

    [Fact]
    public async Task Immutable_settings_stay_as_they_are()
    {
        (await Api.PostAsync(Path("configmaps"), """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"fixed"},"immutable":true,"data":{"a":"1"}}""")).Expect(201);

        RawAnswer data = await Api.PatchAsync(Path("configmaps", "fixed"), "merge-patch+json", """{"data":{"a":"2"}}""");
        RawAnswer flag = await Api.PatchAsync(Path("configmaps", "fixed"), "merge-patch+json", """{"immutable":false}""");

        Assert.Equal(422, data.Code);
        Assert.Contains("field is immutable when `immutable` is set", data.Message, StringComparison.Ordinal);
        Assert.Equal(422, flag.Code);
    }
}
