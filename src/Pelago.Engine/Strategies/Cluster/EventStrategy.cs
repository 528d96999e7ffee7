// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Strategies.Cluster;

/// <summary>
/// Events: in the namespace of what they are about, and complete when they come through events.k8s.io
/// (kubernetes pkg/apis/core/validation/events.go). Fields are named as in the stored form but for reportingController and note.
/// </summary>
internal sealed class EventStrategy(bool isComplete) : ResourceStrategy
{
    private const int LongestName = 128;
    private const int LongestNote = 1024;

    public override void Validate(StrategyContext context, KubeObject subject, FieldErrors errors)
    {
        string about = subject.Json.Object("involvedObject")?.String("namespace") ?? "";
        bool fits = about.Length == 0 ? subject.Namespace is "default" or "kube-system" : about == subject.Namespace;
        if (!fits)
            errors.Invalid("involvedObject.namespace", about, "does not match event.namespace");
        if (isComplete)
            ValidateComplete(subject.Json, errors);
    }

    private static void ValidateComplete(JsonObject json, FieldErrors errors)
    {
        if (string.IsNullOrEmpty(json.String("eventTime")))
            errors.Required("eventTime");
        string controller = json.String("reportingComponent") ?? "";
        if (controller.Length == 0)
            errors.Required("reportingController");
        foreach (string complaint in NameRules.QualifiedName(controller))
            errors.Invalid("reportingController", controller, complaint);
        foreach (string field in (ReadOnlySpan<string>)["reportingInstance", "action", "reason"])
        {
            string text = json.String(field) ?? "";
            if (text.Length == 0)
                errors.Required(field);
            if (text.Length > LongestName)
                errors.Invalid(field, "", $"can have at most {LongestName} characters");
        }

        if (Encoding.UTF8.GetByteCount(json.String("message") ?? "") > LongestNote)
            errors.Invalid("message", "", $"can have at most {LongestNote} characters");
        if (json.String("type") is not ("Normal" or "Warning") and var type)
            errors.Invalid("type", "", $"has invalid value: {type}");
    }
}
