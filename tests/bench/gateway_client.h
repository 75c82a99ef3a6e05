// An asynchronous client of the gateway, for load: calls end in callbacks.
#ifndef FALCON_TESTS_BENCH_GATEWAY_CLIENT_H_
#define FALCON_TESTS_BENCH_GATEWAY_CLIENT_H_

#include <grpcpp/create_channel.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "falcon_gateway/namespaces.h"
#include "falcon_gateway/v1/detections.grpc.pb.h"
#include "falcon_gateway/v1/hosts.grpc.pb.h"
#include "tests/bench/load.h"

namespace falcon::bench {

struct ClientOptions {
  std::string address;
  std::string caller;  // name in the metadata; with a number behind it where there are several
  int callers = 1;     // that take turns
  int channels = 8;
  int deadline_ms = 2000;  // of unary calls
  bool live = false;       // look-ups take nothing that was kept
};

// The code's number; empty: OK.
inline std::string CodeOf(const grpc::Status& status) {
  return status.ok() ? "" : std::to_string(status.error_code());
}

class GatewayClient {
 public:
  explicit GatewayClient(ClientOptions options) : options_(std::move(options)) {
    for (int i = 0; i < options_.channels; ++i) {
      grpc::ChannelArguments arguments;
      arguments.SetInt("falcon.bench.channel", i);  // channels alike would share one connection
      arguments.SetMaxReceiveMessageSize(-1);
      const auto channel = grpc::CreateCustomChannel(options_.address,
                                                     grpc::InsecureChannelCredentials(), arguments);
      hosts_.push_back(v1::HostService::NewStub(channel));
      detections_.push_back(v1::DetectionService::NewStub(channel));
    }
  }

  v1::HostService::StubInterface& hosts() { return *hosts_[0]; }

  // A failure is the number of its status code.
  void Host(const std::string& id, Done done) {
    auto* call = new Call<v1::GetHostRequest, v1::GetHostResponse>(options_, CallerName());
    call->request.set_device_id(id);
    if (options_.live) call->request.mutable_read_options()->mutable_max_staleness();
    Stub(hosts_).async()->GetHost(&call->context, &call->request, &call->response,
                                  [call, done](const grpc::Status& status) {
                                    done(call->Took(), CodeOf(status));
                                    delete call;
                                  });
  }
  void Detections(int days, Done done) {
    auto* call =
        new Call<v1::ListDetectionsRequest, v1::ListDetectionsResponse>(options_, CallerName());
    call->request.mutable_filter()->set_days(days);
    Stub(detections_)
        .async()
        ->ListDetections(&call->context, &call->request, &call->response,
                         [call, done](const grpc::Status& status) {
                           done(call->Took(), CodeOf(status));
                           delete call;
                         });
  }
  void List(size_t which, Done done) {
    auto* call = new Call<v1::ListHostsRequest, v1::ListHostsResponse>(options_, CallerName());
    call->request.mutable_filter()->set_hostname(ListedHosts(which));
    Stub(hosts_).async()->ListHosts(&call->context, &call->request, &call->response,
                                    [call, done](const grpc::Status& status) {
                                      done(call->Took(), CodeOf(status));
                                      delete call;
                                    });
  }
  void Export(size_t which, Done done) {
    new Exporter(options_, CallerName(), *Stub(hosts_).async(), which, std::move(done));
  }

 private:
  template <class Request, class Response>
  struct Call {
    Call(const ClientOptions& options, const std::string& caller) : start(Clock::now()) {
      context.set_deadline(std::chrono::system_clock::now() +
                           std::chrono::milliseconds(options.deadline_ms));
      context.AddMetadata("falcon-caller", caller);
    }
    double Took() const {
      return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
    }
    grpc::ClientContext context;
    Request request;
    Response response;
    Clock::time_point start;
  };

  // Deletes itself when the stream has ended.
  class Exporter final : public grpc::ClientReadReactor<v1::ExportHostsResponse> {
   public:
    Exporter(const ClientOptions& options, const std::string& caller,
             v1::HostService::StubInterface::async_interface& stub, size_t which, Done done)
        : call_(options, caller), done_(std::move(done)) {
      call_.context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
      call_.request.mutable_filter()->set_hostname(ExportedHosts(which));
      call_.request.mutable_read_options()->mutable_max_staleness()->set_seconds(30);
      stub.ExportHosts(&call_.context, &call_.request, this);
      StartRead(&call_.response);
      StartCall();
    }
    void OnReadDone(bool ok) override {
      if (ok) StartRead(&call_.response);
    }
    void OnDone(const grpc::Status& status) override {
      done_(call_.Took(), CodeOf(status));
      delete this;
    }

   private:
    Call<v1::ExportHostsRequest, v1::ExportHostsResponse> call_;
    Done done_;
  };

  std::string CallerName() {
    if (options_.callers == 1) return options_.caller;
    return options_.caller + std::to_string(next_caller_.fetch_add(1) % options_.callers);
  }
  template <class Stubs>
  typename Stubs::value_type::element_type& Stub(Stubs& stubs) {
    return *stubs[next_.fetch_add(1) % stubs.size()];
  }

  const ClientOptions options_;
  std::vector<std::unique_ptr<v1::HostService::Stub>> hosts_;
  std::vector<std::unique_ptr<v1::DetectionService::Stub>> detections_;
  std::atomic<size_t> next_ = 0;
  std::atomic<int> next_caller_ = 0;
};

}  // namespace falcon::bench

#endif  // FALCON_TESTS_BENCH_GATEWAY_CLIENT_H_
