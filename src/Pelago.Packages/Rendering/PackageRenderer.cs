// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Format;
using Pelago.Packages.Options;
using Pelago.Packages.Templates;

namespace Pelago.Packages.Rendering;

/// <summary>
/// From options to what is applied, by the rules of Cosmos: defaults of the schema, the user's options over them, the resources of the package over
/// both, the template, and its result read as JSON.
/// </summary>
public static class PackageRenderer
{
    private const string AsJson = "asJson";

    /// <summary>Expected failures are lines of the result; this throws for none of them.</summary>
    public static RenderedPackage Render(PackageRevision package, RenderRequest request)
    {
        JsonObject options = OptionDefaults.Of(package.Config);
        OptionMerge.MergeInto(options, request.Options);
        if (request.CheckOptions && options.Count > 0)
        {
            if (package.Config is null)
                return RenderedPackage.Refused(options, RenderRefusal.TakesNoOptions, $"{package.Name} {package.Version} takes no options");
            if (OptionCheck.Check(package.Config, options) is { Count: > 0 } faults)
                return RenderedPackage.Refused(options, faults);
        }

        if ((package.MarathonTemplate ?? package.KubernetesTemplate) is not { } template)
            return RenderedPackage.Refused(options, RenderRefusal.NoTemplate, $"{package.Name} {package.Version} has no template: there is nothing of it to run");
        try
        {
            string text = Template.Parse(template).Render(Values(package, options, request), TemplateRules.Universe);
            return package.MarathonTemplate is null ? ReadObjects(options, text) : ReadApp(options, text, request.AppId);
        }
        catch (TemplateException fault)
        {
            return RenderedPackage.Refused(options, RenderRefusal.Unreadable, $"the template, line {fault.Line}: {fault.Message}");
        }
        catch (JsonException fault)
        {
            return RenderedPackage.Refused(options, RenderRefusal.Unreadable, $"the template does not print JSON with these options: {fault.Message}");
        }
    }

    private static object? Values(PackageRevision package, JsonObject options, RenderRequest request)
    {
        JsonObject context = package.Resource is null ? options : OptionMerge.Merge(options, new JsonObject { ["resource"] = package.Resource.DeepClone() });
        if (package.MarathonTemplate is null)
        {
            context = OptionMerge.Merge(context, new JsonObject
            {
                ["package"] = new JsonObject { ["name"] = package.Name, ["version"] = package.Version },
                ["installation"] = new JsonObject { ["name"] = request.AppId ?? package.Name, ["namespace"] = request.Namespace },
            });
        }

        var values = (Dictionary<string, object?>)TemplateValues.ForJson(context)!;
        // {{#asJson}}name{{/asJson}}: the text of a top-level option as it is, which may be JSON itself.
        values[AsJson] = (Func<string, string>)(name => context.String(name) ?? "null");
        return values;
    }

    private static RenderedPackage ReadApp(JsonObject options, string text, string? appId)
    {
        if (KubeJson.Parse(Encoding.UTF8.GetBytes(text)) is not JsonObject app)
            return RenderedPackage.Refused(options, RenderRefusal.NoObject, "the template prints JSON that is no object");
        if (appId is not null)
            app["id"] = appId;
        return new RenderedPackage(options, [app], []);
    }

    private static RenderedPackage ReadObjects(JsonObject options, string text)
    {
        if (!YamlReader.TryReadAll(Encoding.UTF8.GetBytes(text), out IReadOnlyList<YamlDocument>? documents, out string? error))
            return RenderedPackage.Refused(options, RenderRefusal.Unreadable, $"the template does not print YAML with these options: {error}");
        var objects = new List<JsonObject>();
        foreach (YamlDocument document in documents)
        {
            if (KubeJson.Parse(document.Json) is not JsonObject json || json.String("kind") is null || json.String("apiVersion") is null)
                return RenderedPackage.Refused(options, RenderRefusal.Unreadable, $"line {document.Line} of what the template prints: no Kubernetes object (it has no apiVersion and kind)");
            if (document.Duplicates is [{ } duplicate, ..])
                return RenderedPackage.Refused(options, RenderRefusal.Unreadable, $"what the template prints: {duplicate}");
            objects.Add(json);
        }

        return new RenderedPackage(options, objects, []);
    }
}
